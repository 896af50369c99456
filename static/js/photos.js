// Shows what was chosen before it is sent, makes large photos smaller on the phone, lets one be left out, and shows how far
// the sending is. Without script the plain file field does the same work.

const chinese = document.documentElement.lang !== "en";
const LONGEST = 2400;

export function bind(root) {
  for (const picker of root.querySelectorAll("[data-photos]:not([data-bound])")) {
    picker.dataset.bound = "";
    const input = picker.querySelector("input[type=file]");
    const list = picker.appendChild(document.createElement("ul"));
    list.className = "picker__list";
    list.setAttribute("aria-live", "polite");
    let chosen = [];
    input.addEventListener("change", async () => {
      const added = await Promise.all([...input.files].map(smaller));
      chosen = [...(input.multiple ? chosen : []), ...added].slice(0, Number(picker.dataset.limit) || 12);
      show();
    });
    const show = () => {
      const files = new DataTransfer();
      chosen.forEach((file) => files.items.add(file));
      input.files = files.files;
      list.replaceChildren(...chosen.map((file, index) => entry(picker, file, () => { chosen.splice(index, 1); show(); })));
    };
    const form = input.form;
    if (form && !("upload" in form.dataset)) {
      form.dataset.upload = "";
      form.addEventListener("submit", (event) => send(event, form));
    }
  }
}

function entry(picker, file, leaveOut) {
  const item = document.createElement("li");
  const image = item.appendChild(document.createElement("img"));
  image.src = URL.createObjectURL(file);
  image.onload = () => URL.revokeObjectURL(image.src);
  image.alt = file.name;
  const button = item.appendChild(document.createElement("button"));
  button.type = "button";
  button.className = "button button--secondary";
  button.textContent = picker.dataset.remove;
  button.addEventListener("click", leaveOut);
  return item;
}

// HEIC and whatever else the browser cannot draw goes up as it is; the server knows what to do with it.
async function smaller(file) {
  if (file.size < 1_500_000 || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

// Sends a form with photos so that one sees how far it is; a lost connection leaves everything in place for another try.
function send(event, form) {
  if (event.defaultPrevented || ![...form.querySelectorAll("input[type=file]")].some((one) => one.files.length)) return;
  event.preventDefault();
  const bar = form.querySelector("[data-upload-bar]") ?? form.appendChild(uploadBar());
  const progress = bar.querySelector("progress");
  const words = bar.querySelector("span");
  const request = new XMLHttpRequest();
  request.open("POST", form.action || location.href);
  request.upload.addEventListener("progress", (step) => {
    if (!step.lengthComputable) return;
    progress.value = Math.round((100 * step.loaded) / step.total);
    words.textContent = chinese ? `照片已上传 ${progress.value}%` : `${progress.value}% of the photos sent`;
  });
  // The answer is shown as it is: asking for it a second time would lose the message that it carries.
  request.addEventListener("load", () => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    if (request.responseURL && request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
    document.title = page.title;
    document.body.replaceWith(page.body);
    scrollTo(0, 0);
    document.dispatchEvent(new CustomEvent("page:replaced"));
  });
  request.addEventListener("error", () => {
    words.textContent = chinese ? "网络断了，内容都还在。请再点一次发送。" : "The connection broke. Everything is still here; please send again.";
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((one) => one.removeAttribute("aria-busy"));
  });
  const content = new FormData(form);
  if (event.submitter?.name) content.append(event.submitter.name, event.submitter.value);
  request.send(content);
}

function uploadBar() {
  const bar = document.createElement("div");
  bar.dataset.uploadBar = "";
  bar.className = "progress-block";
  bar.setAttribute("role", "status");
  const words = bar.appendChild(document.createElement("span"));
  words.textContent = chinese ? "正在上传照片" : "Sending the photos";
  const progress = bar.appendChild(document.createElement("progress"));
  progress.className = "progress progress--now";
  progress.max = 100;
  progress.value = 0;
  progress.setAttribute("aria-label", words.textContent);
  return bar;
}
