import { defineAsyncComponent } from 'vue';
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import ChatList from '../chats/ChatList.vue';
import SignIn from '../session/SignIn.vue';
import { ensureSession } from '../session/session.ts';
import { focusPage } from '../ui/focus-guard.ts';
import { closeTopOverlay } from '../ui/overlays.ts';
import Empty from './Empty.vue';
import Shell from './Shell.vue';
import SplitView from './SplitView.vue';

const ChatPage = () => import('../chat/ChatPage.vue');
const ChatDetails = () => import('../chat/ChatDetails.vue');
const NewGroup = () => import('../groups/NewGroup.vue');
const People = defineAsyncComponent(() => import('../people/People.vue'));
const Profile = () => import('../people/Profile.vue');
const Settings = defineAsyncComponent(() => import('../settings/Settings.vue'));

/** Converts the id in a path to a number and passes it to the page as a prop. */
const chat = (route: { params: { conversation?: string } }) => ({ chat: Number(route.params.conversation) });
const user = (route: { params: { user?: string } }) => ({ user: Number(route.params.user) });
const id = '([1-9]\\d{0,15})';

/**
 * All routes. Most pages appear beside the list of their section. A phone shows either the list or
 * the page.
 */
const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: SignIn, props: { registering: false }, meta: { public: true } },
  {
    path: '/join/:code([\\w-]{1,64})',
    component: () => import('../join/JoinPage.vue'),
    props: true,
    meta: { public: true },
  },
  { path: '/register', component: SignIn, props: { registering: true }, meta: { public: true } },
  { path: '/forgot-password', component: () => import('../session/ForgotPassword.vue'), meta: { public: true } },
  { path: '/reset-password', component: () => import('../session/ResetPassword.vue'), meta: { public: true } },
  { path: '/confirm-email', component: () => import('../session/ConfirmEmail.vue'), meta: { public: true } },
  {
    path: '/',
    component: Shell,
    children: [
      { path: '', redirect: '/chats' },
      {
        path: 'chats',
        component: SplitView,
        props: { list: ChatList },
        children: [
          { path: '', component: Empty },
          { path: `:conversation${id}`, component: ChatPage, props: chat as never, meta: { page: true } },
          { path: `:conversation${id}/details`, component: ChatDetails, props: chat as never, meta: { page: true } },
          { path: '/groups/new', component: NewGroup, meta: { page: true } },
        ],
      },
      {
        path: 'people',
        component: SplitView,
        props: { list: People },
        children: [
          { path: '', component: Empty, props: { section: 'people' } },
          { path: 'find', component: () => import('../people/FindPeople.vue'), meta: { page: true } },
          { path: 'requests', component: () => import('../people/Requests.vue'), meta: { page: true } },
          { path: 'groups', component: () => import('../people/FriendGroups.vue'), meta: { page: true } },
          { path: 'blocked', component: () => import('../people/Blocked.vue'), meta: { page: true } },
          { path: `:user${id}`, component: Profile, props: user as never, meta: { page: true } },
        ],
      },
      {
        path: 'settings',
        component: SplitView,
        props: { list: Settings },
        children: [
          { path: '', component: Empty, props: { section: 'settings' } },
          { path: 'profile', component: () => import('../settings/ProfileSettings.vue'), meta: { page: true } },
          { path: 'appearance', component: () => import('../settings/Appearance.vue'), meta: { page: true } },
          { path: 'notifications', component: () => import('../settings/Notifications.vue'), meta: { page: true } },
          { path: 'devices', component: () => import('../settings/Devices.vue'), meta: { page: true } },
          { path: 'privacy', component: () => import('../settings/Privacy.vue'), meta: { page: true } },
          { path: 'account', component: () => import('../settings/Account.vue'), meta: { page: true } },
        ],
      },
    ],
  },
  { path: '/:rest(.*)', redirect: '/chats' },
];

export const router = createRouter({ history: createWebHistory(), routes });

/** Position of the current page in the browser's history, as vue-router counts it. */
let position = 0;
router.afterEach((to, from, failure) => {
  if (failure) return;
  // Ignores a navigation that was aborted, because the router restores `history.state` only later.
  position = history.state?.position ?? 0;
  focusPage(from.path, to.path);
});

router.beforeEach(async (to) => {
  // The browser's Back closes the topmost dialog, menu or panel instead of leaving the page. The
  // router then restores the URL.
  const steppedBack = (history.state?.position ?? 0) < position;
  if (steppedBack && closeTopOverlay()) return false;
  // Without a session, redirects to sign-in. `back` is the path to which sign-in then returns.
  if (to.meta.public) return true;
  return (await ensureSession()) || { path: '/sign-in', query: to.fullPath === '/chats' ? {} : { back: to.fullPath } };
});

declare module 'vue-router' {
  interface RouteMeta {
    /** Needs no session. */
    public?: boolean;
    /** True if a phone shows the page instead of the list. */
    page?: boolean;
  }
}
