/** Where the page stands: the address is the only truth, so a link to any screen can be shared. */
import { type Route, format, parse } from './routes.ts';

export class Router {
  route = $state.raw<Route>(parse(location.pathname));

  constructor() {
    addEventListener('popstate', () => {
      this.route = parse(location.pathname);
    });
  }

  go(route: Route): void {
    const path = format(route);
    if (path !== location.pathname) history.pushState(null, '', path);
    this.route = route;
  }

  /** Without a step back to where nothing is. */
  replace(route: Route): void {
    history.replaceState(null, '', format(route));
    this.route = route;
  }

  /** For a plain click; with a modifier the browser opens a tab, as everywhere. */
  follow = (event: MouseEvent, route: Route): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(route);
  };
}
