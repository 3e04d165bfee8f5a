/* Uploads on a slow line: shows how far a file has come, tries again when the line breaks, and says so when it gives
   up. Without this script the form is sent as any other. Sending the same bytes twice makes one file (the service). */
(() => {
  "use strict";
  const TRIES = 4, FIRST_PAUSE = 2000;

  const line = (form) => {
    const found = form.querySelector("[data-upload-line]");
    found.hidden = false;
    return found;
  };

  const said = (form, words, done) => {
    const told = line(form);
    told.querySelector("[data-upload-words]").textContent = words;
    const bar = told.querySelector("progress");
    if (done === null) bar.removeAttribute("value"); else bar.value = done;
  };

  const gaveUp = (form) => {
    said(form, form.dataset.failed, 0);
    form.querySelector("button").disabled = false;
  };

  const send = (form, body, tried) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.upload.onprogress = (event) => said(form, form.dataset.sending, event.lengthComputable ? event.loaded / event.total : null);
    request.onload = () => arrived(form, request);
    request.onerror = request.ontimeout = () => broken(form, body, tried);
    request.send(body);
  };

  /* The answer is the page itself, with the server's own words about the file, good or bad. */
  const arrived = (form, request) => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (!page) return gaveUp(form);
    document.querySelector("main").replaceWith(page);
    if (request.status < 400) history.replaceState(null, "", request.responseURL);
    const place = document.getElementById("errors") || document.getElementById(form.dataset.back);
    if (place) { place.scrollIntoView(); place.focus(); }
  };

  const broken = (form, body, tried) => {
    if (tried < TRIES) {
      said(form, form.dataset.again, null);
      setTimeout(() => send(form, body, tried + 1), FIRST_PAUSE * tried);
      return;
    }
    gaveUp(form);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-upload]") || !form.querySelector("input[type=file]").files.length) return;
    event.preventDefault();
    const body = new FormData(form);
    form.querySelector("button").disabled = true;
    said(form, form.dataset.sending, 0);
    send(form, body, 1);
  });
})();
