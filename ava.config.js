if (!process.features.typescript) {
  throw new Error(
    `Node ${process.version} does not run TypeScript: use bin/test, which uses the Node in node_modules/.bin`,
  );
}

// The longest first: a file that begins last is waited for alone.
const LONG = ['/views/browser.', '/commands/tnid.', '/counter/pages.', '/consent/child.', '/staff/sign-in.'];
/** @type {(file: string) => number} */
const rank = (file) => (LONG.some((part) => file.includes(part)) ? 0 : 1);

/** @type {(one: string, other: string) => number} */
const longestFirst = (one, other) => rank(one) - rank(other) || one.localeCompare(other);

// Two files at a time: each may hold a server, a database and a browser, and CI has two cores.
export default {
  files: ['test/**/*.test.ts'],
  extensions: ['ts'],
  timeout: '2m',
  concurrency: 2,
  sortTestFiles: longestFirst,
};
