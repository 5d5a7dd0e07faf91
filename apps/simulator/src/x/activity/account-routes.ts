import type { Call } from '../api/call';
import { problem } from '../api/problem';
import type { Route } from '../api/route';
import type { Pushing } from '../pushing';
import { MOST_ACCOUNT } from './subscriptions';

const WEBHOOK = '/2/account_activity/webhooks/:id/subscriptions';

/** The deprecated Account Activity API: one subscription per user and webhook, for everything. */
export function accountRoutes(pushing: Pushing): Route[] {
  const { subscriptions, hooks } = pushing;
  const hookOf = (call: Call): string => {
    const hook = hooks.find(call.id());
    if (hook?.appId !== call.who.app.id) throw problem(400, 'Invalid Request', 'WebhookIdInvalid', 'invalid-request');
    return hook.id;
  };
  const isSubscribed = (webhookId: string, userId: string): boolean =>
    subscriptions.accountsOf(webhookId).some((one) => one.userId === userId);
  return [
    {
      endpoint: `POST ${WEBHOOK}/all`,
      access: ['user'],
      scopes: ['dm.read'],
      free: true,
      handle: (call) => {
        const webhookId = hookOf(call);
        const { app } = call.who;
        const { id } = call.user;
        if (!isSubscribed(webhookId, id) && subscriptions.accountsOfApp(app.id).length >= MOST_ACCOUNT) {
          throw problem(403, 'SubscriptionLimitExceeded', `At most ${MOST_ACCOUNT} subscriptions`);
        }
        subscriptions.subscribeAccount(app.id, webhookId, id);
        return { body: { data: { subscribed: true } } };
      },
    },
    {
      endpoint: `GET ${WEBHOOK}/all`,
      access: ['user'],
      free: true,
      handle: (call) => ({ body: { data: { subscribed: isSubscribed(hookOf(call), call.user.id) } } }),
    },
    {
      endpoint: `GET ${WEBHOOK}/all/list`,
      access: ['app'],
      free: true,
      handle: (call) => {
        const webhookId = hookOf(call);
        const users = subscriptions.accountsOf(webhookId).map(({ userId }) => ({ user_id: userId }));
        const appId = call.who.app.id;
        return { body: { data: { application_id: appId, webhook_id: webhookId, subscriptions: users } } };
      },
    },
    {
      endpoint: 'DELETE /2/account_activity/webhooks/:id/subscriptions/:userId/all',
      access: ['app'],
      free: true,
      handle: (call) => {
        subscriptions.unsubscribeAccount(hookOf(call), call.id('userId'));
        return { body: { data: { subscribed: false } } };
      },
    },
    {
      endpoint: 'GET /2/account_activity/subscriptions/count',
      access: ['app'],
      free: true,
      handle: (call) => {
        const { id, name } = call.who.app;
        const used = subscriptions.accountsOfApp(id).length;
        const data = {
          account_name: name,
          provisioned_count: String(MOST_ACCOUNT),
          subscriptions_count_all: String(used),
          subscriptions_count_direct_messages: '0',
        };
        return { body: { data } };
      },
    },
  ];
}
