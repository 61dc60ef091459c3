// Makes or uses a passkey on the pages that ask for one, and posts the answer with the page's own
// form. The only script of ours: without it the page says so and offers other ways. The options stand
// in the form, the answer goes back in a field; nothing is fetched. Read by hand in both directions,
// because half of the phones in use lack the newer JSON functions.
(() => {
  /** @param {string} text */
  const toBytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
  /** @param {ArrayBuffer} buffer */
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  /** @param {readonly PublicKeyCredentialDescriptorJSON[]} [credentials] */
  const withBytes = (credentials = []) =>
    credentials.map(({ id, transports }) => ({
      type: /** @type {const} */ ('public-key'),
      id: toBytes(id),
      transports: /** @type {AuthenticatorTransport[]} */ (transports),
    }));

  /** @param {string} text */
  const create = (text) => {
    const options = /** @type {PublicKeyCredentialCreationOptionsJSON} */ (JSON.parse(text));
    const { challenge, user, excludeCredentials, rp, pubKeyCredParams, timeout, authenticatorSelection } =
      options;
    return navigator.credentials.create({
      publicKey: {
        challenge: toBytes(challenge),
        user: { ...user, id: toBytes(user.id) },
        excludeCredentials: withBytes(excludeCredentials),
        rp,
        pubKeyCredParams,
        timeout,
        authenticatorSelection,
        attestation: 'none',
      },
    });
  };
  /** @param {string} text */
  const get = (text) => {
    const options = /** @type {PublicKeyCredentialRequestOptionsJSON} */ (JSON.parse(text));
    const { challenge, allowCredentials, rpId, timeout } = options;
    return navigator.credentials.get({
      publicKey: {
        challenge: toBytes(challenge),
        allowCredentials: withBytes(allowCredentials),
        rpId,
        timeout,
        userVerification: 'required',
      },
    });
  };

  /** @param {Credential | null} made */
  const answerOf = (made) => {
    const { id, rawId, type, response } = /** @type {PublicKeyCredential} */ (made);
    /** @type {Record<string, string | string[]>} */
    const said = { clientDataJSON: toText(response.clientDataJSON) };
    if (response instanceof AuthenticatorAttestationResponse) {
      said.attestationObject = toText(response.attestationObject);
      said.transports = 'getTransports' in response ? response.getTransports() : [];
    } else if (response instanceof AuthenticatorAssertionResponse) {
      said.authenticatorData = toText(response.authenticatorData);
      said.signature = toText(response.signature);
      if (response.userHandle) said.userHandle = toText(response.userHandle);
    }
    return JSON.stringify({ id, rawId: toText(rawId), type, response: said });
  };

  /** @type {NodeListOf<HTMLFormElement>} */
  const forms = document.querySelectorAll('form[data-passkey]');
  for (const form of forms) {
    /** @param {string} what */
    const say = (what) => {
      /** @type {NodeListOf<HTMLElement>} */
      const lines = form.querySelectorAll('[data-says]');
      for (const line of lines) line.hidden = line.dataset.says !== what;
    };
    const run = async () => {
      const button = form.querySelector('button');
      const field = form.elements.namedItem('answer');
      if (button === null || !(field instanceof HTMLInputElement)) return;
      button.disabled = true;
      say('');
      try {
        const { passkey, options = '' } = form.dataset;
        field.value = answerOf(await (passkey === 'create' ? create(options) : get(options)));
        form.submit();
      } catch (error) {
        button.disabled = false;
        say(error instanceof DOMException && error.name === 'InvalidStateError' ? 'known' : 'failed');
      }
    };
    const isAble = 'PublicKeyCredential' in window;
    say(isAble ? '' : 'unable');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (isAble) void run();
    });
  }
})();
