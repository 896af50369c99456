// Reads the QR code of a ticket with the camera, fills the field and sends its form. Shown only where the browser can.

export function bind(root) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  for (const box of root.querySelectorAll("[data-scanner]:not([data-bound])")) {
    box.dataset.bound = "";
    box.hidden = false;
    box.querySelector("[data-scanner-start]").addEventListener("click", () => look(box));
  }
}

async function look(box) {
  const video = box.querySelector("video");
  const says = box.querySelector("[data-scanner-says]");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    says.textContent = says.dataset.denied;
    return;
  }
  box.classList.add("is-live");
  says.textContent = says.dataset.looking;
  video.srcObject = stream;
  await video.play();
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  const timer = setInterval(async () => {
    const [code] = await detector.detect(video).catch(() => []);
    if (!code) return;
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    const field = document.querySelector(`[name="${box.dataset.field}"]`);
    field.value = code.rawValue;
    field.form.requestSubmit();
  }, 250);
}
