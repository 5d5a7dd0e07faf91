import type { Call } from '../api/call';
import { Problem, problem } from '../api/problem';
import type { Route } from '../api/route';
import type { Webhook } from '../model';
import type { Pushing } from '../pushing';
import type { HookFailure } from './hooks';

const APP = ['app'] as const;

const WHY: Readonly<Record<HookFailure, string>> = {
  CrcValidationFailed: 'The CRC challenge was not answered as expected.',
  UrlValidationFailed:
    'The URL is not valid. This simulator takes http://127.0.0.1 and http://localhost, 200 characters at most.',
  DuplicateUrlFailed: 'A webhook with this URL exists.',
  WebhookLimitExceeded: 'The app has as many webhooks as it may have.',
};

/** Webhooks v2: made, listed, checked and taken away by the app itself. */
export function webhookRoutes(pushing: Pushing): Route[] {
  const { hooks } = pushing;
  const own = (call: Call, id = call.id()): Webhook => {
    const hook = hooks.find(id);
    if (hook?.appId !== call.who.app.id) throw refused('WebhookIdInvalid', `There is no webhook [${id}].`);
    return hook;
  };
  return [
    {
      endpoint: 'GET /2/webhooks',
      access: APP,
      free: true,
      handle: (call) => {
        const data = hooks.listOf(call.who.app.id).map(shown);
        return { body: { ...(data.length > 0 && { data }), meta: { result_count: data.length } } };
      },
    },
    {
      endpoint: 'POST /2/webhooks',
      access: APP,
      free: true,
      handle: async (call) => {
        const made = await hooks.create(call.who.app, call.text('url') ?? '');
        if (typeof made === 'string') throw refused(made, WHY[made]);
        return { body: { data: shown(made) } };
      },
    },
    {
      endpoint: 'PUT /2/webhooks/:id',
      access: APP,
      free: true,
      handle: async (call) => {
        const { id } = own(call);
        if (!(await hooks.check(id))) throw refused('CrcValidationFailed', WHY.CrcValidationFailed);
        return { body: { data: { valid: true } } };
      },
    },
    {
      endpoint: 'DELETE /2/webhooks/:id',
      access: APP,
      free: true,
      handle: (call) => {
        pushing.removeHook(own(call));
        return { body: { data: { deleted: true } } };
      },
    },
    {
      endpoint: 'POST /2/webhooks/replay',
      access: APP,
      free: true,
      handle: (call) => {
        const hook = own(call, call.text('webhook_id') ?? '');
        const begun = pushing.replays.begin(hook, call.text('from_date') ?? '', call.text('to_date') ?? '');
        if ('reason' in begun) {
          const [name = '', detail = ''] = begun.reason.split(': ');
          throw name === 'ReplayConflictError' ? problem(409, name, detail) : refused(name, detail);
        }
        const created = new Date(begun.createdAt).toISOString();
        return { body: { data: { job_id: begun.jobId, created_at: created } } };
      },
    },
  ];
}

function shown({ id, url, valid, createdAt }: Webhook): object {
  return { id, url, valid, created_at: new Date(createdAt).toISOString() };
}

/** 400 that names X's reason. */
function refused(reason: string, detail: string): Problem {
  return new Problem(400, {
    errors: [{ message: `${reason}: ${detail}` }],
    title: 'Invalid Request',
    detail: `${reason}: ${detail}`,
    type: 'https://api.x.com/2/problems/invalid-request',
    status: 400,
  });
}
