// The telephone: who holds it, what Zalo was allowed, and the functions a mini app is given
// (contracts/zalo.md §4). Refusals carry Zalo's own codes.

/** @typedef {{ zaloId: string, name: string, phone: string, personalNumber?: string, qr?: string }} Person */

const DENIED = -201;
const UNSUPPORTED = -1404;
const TIMEOUT = -1408;
const INTERNAL = -1500;

/** @type {(id: string) => HTMLElement} */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const { root = '/', zalo = '', reader = 'no' } = document.body.dataset;

/** @type {readonly Person[]} */
let people = [];
/** @type {Person | undefined} */
let holder;
/** What each person allowed, as Zalo remembers it: `zaloId scope`. @type {Set<string>} */
const allowed = new Set();
/** Zalo's own storage, one for each person. @type {Map<string, Map<string, string>>} */
const stored = new Map();
/** Zalo keeps a token until it is asked to sign in anew. @type {string | undefined} */
let keptToken;

/** @type {(name: string) => boolean} */
const knob = (name) =>
  /** @type {HTMLInputElement} */ (document.querySelector(`input[name=${name}]`)).checked;

/** @type {(code: number, message: string) => Error} */
const problem = (code, message) => Object.assign(new Error(message), { code });

/** @type {() => Person} */
function whoHolds() {
  if (holder === undefined) throw problem(INTERNAL, 'nobody holds the telephone');
  return holder;
}

/** @type {(scope: string, title: string, text: string) => Promise<void>} */
async function permission(scope, title, text) {
  const key = `${whoHolds().zaloId} ${scope}`;
  if (allowed.has(key)) return;
  const dialog = /** @type {HTMLDialogElement} */ (at('ask'));
  at('ask-title').textContent = title;
  at('ask-text').textContent = text;
  dialog.showModal();
  /** @type {Promise<boolean>} */
  const answered = new Promise((resolve) => {
    at('allow').onclick = () => resolve(true);
    at('deny').onclick = () => resolve(false);
    dialog.oncancel = () => resolve(false);
  });
  const isAllowed = await answered;
  dialog.close();
  if (!isAllowed) throw problem(DENIED, 'user denied');
  allowed.add(key);
}

/** @typedef {{ accessToken: string, phoneToken?: string }} Tokens */
/** @type {(scopes: readonly string[]) => Promise<Tokens>} */
async function tokens(scopes) {
  if (knob('zaloFails')) throw problem(TIMEOUT, 'timeout');
  const response = await fetch('/host/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ zaloId: whoHolds().zaloId, scopes }),
  });
  if (!response.ok) throw problem(INTERNAL, 'no token');
  return /** @type {Tokens} */ (await response.json());
}

/** @type {() => string[]} */
const granted = () => (allowed.has(`${whoHolds().zaloId} scope.userInfo`) ? ['scope.userInfo'] : []);

// Nobody knows yet what Zalo does with an app whose person is in the browser (contracts/zalo.md §8 U14): the
// worst that is likely comes first, a start with empty memory.
/** @type {(url: string) => void} */
function leaveFor(url) {
  if (window.open(url, '_blank') === null) throw problem(UNSUPPORTED, 'not opened');
  const { value } = /** @type {HTMLSelectElement} */ (at('return'));
  if (value === 'resume') return;
  const back = () => {
    if (document.visibilityState !== 'visible') return;
    document.removeEventListener('visibilitychange', back);
    if (value === 'relaunch') return launch();
    at('stand').replaceChildren();
    show('closed');
  };
  document.addEventListener('visibilitychange', back);
}

const zaloPhone = {
  getAccessToken: async () => {
    if (knob('freshToken')) keptToken = undefined;
    keptToken ??= (await tokens(granted())).accessToken;
    return keptToken;
  },
  login: async () => {
    keptToken = undefined;
    return 'Success';
  },
  /** @param {{ scopes: readonly string[] }} wanted */
  authorize: async ({ scopes }) => {
    if (scopes.includes('scope.userInfo')) {
      await permission(
        'scope.userInfo',
        'Cho Tây Ninh Smart biết tên của bạn?',
        'Ứng dụng sẽ biết tên và ảnh đại diện Zalo của bạn.',
      );
    }
    return Object.fromEntries(scopes.map((scope) => [scope, true]));
  },
  getPhoneNumber: async () => {
    await permission(
      'scope.userPhonenumber',
      'Cho Tây Ninh Smart biết số điện thoại của bạn?',
      'Ứng dụng sẽ biết số điện thoại bạn đăng ký với Zalo.',
    );
    return { token: (await tokens(['scope.userPhonenumber', ...granted()])).phoneToken };
  },
  /** @param {{ url: string }} target */
  openOutApp: async ({ url }) => {
    if (knob('outAppFails')) throw problem(UNSUPPORTED, 'not supported');
    leaveFor(url);
  },
  /** @param {{ url: string }} target */
  openWebview: async ({ url }) => {
    if (knob('webviewFails')) throw problem(UNSUPPORTED, 'not supported');
    const page = new URL(url);
    // As zmp-sdk does with every address.
    if (!page.searchParams.has('typeInapp')) page.searchParams.append('typeInapp', '1');
    leaveFor(page.href);
  },
  scanQRCode: async () => {
    const card = cardInHand();
    if (knob('scanFails') || card?.qr === undefined) throw problem(UNSUPPORTED, 'nothing to scan');
    return { content: card.qr };
  },
  /** @param {{ type: string, data: { mrz: string } }} wanted */
  scanNFC: async ({ data }) => {
    const number = cardInHand()?.personalNumber;
    const response = number === undefined ? undefined : await fetch(`/host/card/${number}`);
    if (response === undefined || !response.ok) throw problem(UNSUPPORTED, 'no card');
    const chip = /** @type {{ dg1: string }} */ (await response.json());
    if (!opens(data.mrz, chip.dg1)) throw problem(INTERNAL, 'the chip does not open');
    return chip;
  },
  /** @param {{ id: string }} who */
  openChat: async ({ id }) => {
    const page = `${zalo}/oa/${encodeURIComponent(id)}/chat?zalo_id=${whoHolds().zaloId}`;
    if (window.open(page, '_blank') === null) throw problem(UNSUPPORTED, 'not opened');
  },
  closeApp: async () => show('choose'),
  nativeStorage: {
    /** @param {string} key */
    getItem: (key) => stored.get(whoHolds().zaloId)?.get(key) ?? '',
    /** @type {(key: string, value: string) => void} */
    setItem: (key, value) => {
      const before = stored.get(whoHolds().zaloId) ?? [];
      stored.set(whoHolds().zaloId, new Map([...before, [key, value]]));
    },
  },
};
if (reader === 'no') Reflect.deleteProperty(zaloPhone, 'scanNFC');
Object.assign(window, { zaloPhone });

// A chip opens for its document number, birth date and end of validity with their check digits (BAC).
/** @type {(lines: string, dg1: string) => boolean} */
function opens(lines, dg1) {
  const zone = atob(dg1).slice(-90);
  /** @type {(text: string) => string} */
  const key = (text) => text.slice(5, 15) + text.slice(30, 37) + text.slice(38, 45);
  return key(lines) === key(zone);
}

/** @type {() => Person | undefined} */
function cardInHand() {
  const { value } = /** @type {HTMLSelectElement} */ (at('card'));
  return people.find(({ personalNumber }) => personalNumber === value);
}

/** @type {(name: 'choose' | 'menu' | 'closed' | 'stand') => void} */
function show(name) {
  for (const one of ['choose', 'menu', 'closed', 'stand']) at(one).hidden = one !== name;
  at('menu-button').setAttribute('aria-expanded', String(name === 'menu'));
}

/** A launch is a new frame: nothing of the one before is left in memory. */
function launch() {
  keptToken = undefined;
  const frame = document.createElement('iframe');
  frame.title = 'Ứng dụng nhỏ Tây Ninh Smart';
  frame.src = root;
  frame.allow = 'clipboard-write';
  at('stand').replaceChildren(frame);
  show('stand');
}

/** @param {Person} person */
function hand(person) {
  holder = person;
  const card = /** @type {HTMLSelectElement} */ (at('card'));
  card.replaceChildren(
    new Option('Không cầm thẻ', ''),
    ...people.flatMap(({ name, personalNumber }) =>
      personalNumber === undefined ? [] : [new Option(`Thẻ của ${name}`, personalNumber)],
    ),
  );
  card.value = person.personalNumber ?? '';
  launch();
}

async function start() {
  people = /** @type {Person[]} */ (await (await fetch('/host/people.json')).json());
  at('people').replaceChildren(
    ...people.map((person) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = person.name;
      button.onclick = () => hand(person);
      const row = document.createElement('li');
      row.append(button);
      return row;
    }),
  );
  // A link may name who holds the telephone.
  const asked = new URLSearchParams(location.search).get('zalo_id');
  const person = people.find(({ zaloId }) => zaloId === asked);
  if (person !== undefined) hand(person);
}

const closeMenu = () => {
  if (holder === undefined) return show('choose');
  show(at('stand').childElementCount === 0 ? 'closed' : 'stand');
};
at('menu-button').onclick = () => (at('menu').hidden ? show('menu') : closeMenu());
at('menu-close').onclick = closeMenu;
at('relaunch').onclick = launch;
at('open-again').onclick = launch;
at('other').onclick = () => {
  holder = undefined;
  at('stand').replaceChildren();
  void start().then(() => show('choose'));
};
at('forget').onclick = () => {
  allowed.clear();
  closeMenu();
};
void start();
