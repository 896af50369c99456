// Reads tickets with the camera where the browser can; the typed code works everywhere else. A code that was read fills the
// form's field and sends it.

export function bind(root) {
  for (const scanner of root.querySelectorAll("[data-scanner]:not([data-bound])")) {
    scanner.dataset.bound = "";
    if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) prepare(scanner);
  }
}

function prepare(scanner) {
  const button = scanner.querySelector("[data-scanner-start]");
  const says = scanner.querySelector("[data-scanner-says]");
  scanner.hidden = false;
  button.addEventListener("click", async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      button.hidden = true;
      says.textContent = says.dataset.looking;
      await look(scanner, stream);
    } catch {
      says.textContent = says.dataset.denied;
    }
  });
}

async function look(scanner, stream) {
  const picture = scanner.querySelector("video");
  picture.srcObject = stream;
  scanner.classList.add("is-live");
  await picture.play();
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  addEventListener("pagehide", stop, { once: true });
  const next = async () => {
    const [found] = await detector.detect(picture).catch(() => []);
    if (!found?.rawValue) {
      setTimeout(() => requestAnimationFrame(next), 120);
      return;
    }
    stop();
    navigator.vibrate?.(60);
    const field = document.getElementById(scanner.dataset.field);
    field.value = found.rawValue;
    field.form.requestSubmit();
  };
  next();
}
