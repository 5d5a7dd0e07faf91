import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { AppShell } from '../shell/app-shell';
import type { ListName } from '../list/list-name';
import { ListPanes } from '../list/list-panes';
import { QueuePage } from '../queue/queue-page';
import { GoTo } from './go-to';
import { RouteFault, UnknownRoute } from './route-faults';

const root = createRootRoute({ component: Outlet, notFoundComponent: UnknownRoute, errorComponent: RouteFault });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    // Only a place in this page: never somewhere else.
    typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {},
  component: lazyRouteComponent(() => import('../session/sign-in-page'), 'SignInPage'),
});
const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyRouteComponent(() => import('../session/welcome-page'), 'WelcomePage'),
});

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: AppShell });
const home = createRoute({ getParentRoute: () => shell, path: '/', component: () => <GoTo href="/queue" /> });
const queue = createRoute({ getParentRoute: () => shell, path: '/queue', component: QueuePage });
const accounts = createRoute({
  getParentRoute: () => shell,
  path: '/accounts',
  component: lazyRouteComponent(() => import('../accounts/accounts-page'), 'AccountsPage'),
});

const lists = createRoute({ getParentRoute: () => shell, id: 'lists', component: ListPanes });
const mine = createRoute({ getParentRoute: () => lists, path: '/mine' });
const failed = createRoute({ getParentRoute: () => lists, path: '/failed' });
const done = createRoute({ getParentRoute: () => lists, path: '/done' });

const conversation = createRoute({
  getParentRoute: () => lists,
  path: '/c/$reference',
  validateSearch: (search: Record<string, unknown>): { from?: Exclude<ListName, 'mine'> } =>
    search.from === 'failed' || search.from === 'done' ? { from: search.from } : {},
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    welcome,
    shell.addChildren([home, queue, accounts, lists.addChildren([mine, failed, done, conversation])]),
  ]),
  defaultPreload: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
