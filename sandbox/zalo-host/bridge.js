// Runs first inside the app's frame and hands it Zalo's functions. Frame and telephone are one origin, so
// the functions are those of the page around, and nobody else's page can offer them.
(() => {
  if (window.parent === window) {
    // Opened by itself: there is no telephone around it.
    location.replace('/');
    return;
  }
  Reflect.set(window, 'zaloHost', Reflect.get(window.parent, 'zaloPhone'));
})();
