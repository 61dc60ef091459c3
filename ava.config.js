if (!process.features.typescript) {
  throw new Error(
    `Node ${process.version} does not run TypeScript: use bin/test, which uses the Node in node_modules/.bin`,
  );
}

// Two files at a time: each may hold a server, a database and a browser, and CI has two cores.
export default {
  files: ['test/**/*.test.ts'],
  extensions: ['ts'],
  timeout: '2m',
  concurrency: 2,
};
