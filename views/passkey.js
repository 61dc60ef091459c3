// Makes or uses a passkey on the pages that ask for one, and posts the answer with the page's own
// form. The only script of ours: without it the page says so and offers other ways. The options stand
// in the form, the answer goes back in a field; nothing is fetched. Read by hand in both directions,
// because half of the phones in use lack the newer JSON functions.
(() => {
  const toBytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  const withBytes = (credentials = []) => credentials.map((one) => ({ ...one, id: toBytes(one.id) }));

  const ask = (kind, options) => {
    const challenge = toBytes(options.challenge);
    if (kind === 'create') {
      const user = { ...options.user, id: toBytes(options.user.id) };
      const excludeCredentials = withBytes(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: { ...options, challenge, user, excludeCredentials } });
    }
    const allowCredentials = withBytes(options.allowCredentials);
    return navigator.credentials.get({ publicKey: { ...options, challenge, allowCredentials } });
  };

  const answerOf = ({ id, rawId, type, response }) => {
    const said = { clientDataJSON: toText(response.clientDataJSON) };
    if (response.attestationObject) {
      said.attestationObject = toText(response.attestationObject);
      said.transports = response.getTransports ? response.getTransports() : [];
    } else {
      said.authenticatorData = toText(response.authenticatorData);
      said.signature = toText(response.signature);
      if (response.userHandle) said.userHandle = toText(response.userHandle);
    }
    return JSON.stringify({ id, rawId: toText(rawId), type, response: said });
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const say = (what) => {
      for (const line of form.querySelectorAll('[data-says]')) line.hidden = line.dataset.says !== what;
    };
    if (!window.PublicKeyCredential) say('unable');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (!window.PublicKeyCredential) return;
      const button = form.querySelector('button');
      button.disabled = true;
      say('');
      try {
        const made = await ask(form.dataset.passkey, JSON.parse(form.dataset.options));
        form.elements.namedItem('answer').value = answerOf(made);
        form.submit();
      } catch (error) {
        button.disabled = false;
        say(error.name === 'InvalidStateError' ? 'known' : 'failed');
      }
    });
  }
})();
