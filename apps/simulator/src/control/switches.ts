import type { Channel, Platforms } from '../customers/customers';
import type { MailSimulator } from '../mail-simulator';
import { DEMO_PAGE_ID } from '../messenger/demo';
import type { GraphFault } from '../messenger/faults';
import type { MessengerSimulator } from '../messenger/messenger-simulator';
import { DEMO_HANDLE } from '../x/demo';
import type { XSimulator } from '../x/x-simulator';

/** What can go wrong on every channel, as far as it knows such a thing. */
export const TROUBLES = ['outage', 'token', 'window'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface Switch {
  isOn(): boolean;
  /** Sets it, or heals it. Other faults that are in force stay. */
  set(on: boolean): void | Promise<void>;
}

export type Switches = Readonly<Partial<Record<Channel, Readonly<Partial<Record<Trouble, Switch>>>>>>;

/** Graph API, as documented: code 10 with 2018278 is an answer after its time. */
const WINDOW_CLOSED: GraphFault = {
  kind: 'error',
  on: '/messages',
  status: 400,
  code: 10,
  subcode: 2_018_278,
  message: '(#10) This message is sent outside of allowed window.',
};
/** Of a token that has expired. */
const EXPIRED = 463;

/** The switches of every channel there is. */
export function switchesOf({ mail, messenger, x }: Platforms): Switches {
  return {
    mail: mailSwitches(mail),
    ...(messenger && { messenger: messengerSwitches(messenger) }),
    ...(x && { x: xSwitches(x) }),
  };
}

/** Mail may be answered at any time: it has no window. */
function mailSwitches(mail: MailSimulator): Partial<Record<Trouble, Switch>> {
  const fault = (name: 'down' | 'refuseLogin'): Switch => ({
    isOn: () => mail.faults[name] === true,
    set: async (on) => {
      const { [name]: _, ...others } = mail.faults;
      mail.faults = on ? { ...others, [name]: true } : others;
      await mail.settled();
    },
  });
  return { outage: fault('down'), token: fault('refuseLogin') };
}

function messengerSwitches(messenger: MessengerSimulator): Record<Trouble, Switch> {
  const { faults, world } = messenger;
  const set = (change: Parameters<typeof faults.set>[0]): void => {
    faults.set({ ...faults.get(), ...change });
    messenger.emit('change');
  };
  const graph = (): GraphFault[] => faults.get().graph ?? [];
  const tokens = () => [...world.tokens.values()].filter(({ pageId }) => pageId === DEMO_PAGE_ID);
  return {
    outage: {
      isOn: () => graph().some(isDown),
      set: (on) => {
        const others = graph().filter((fault) => !isDown(fault));
        set({ webhooks: on ? [{ kind: 'cut' }] : [], graph: on ? [{ kind: 'html' }, ...others] : others });
      },
    },
    token: {
      isOn: () => tokens().length > 0 && tokens().every(({ invalid }) => invalid !== undefined),
      set: (on) => {
        for (const token of tokens()) {
          const { invalid, ...valid } = token;
          if (on && invalid === undefined) messenger.expireToken(token.id);
          else if (!on && invalid === EXPIRED) world.tokens.put(valid);
        }
        messenger.emit('change');
      },
    },
    window: {
      isOn: () => graph().some(isWindow),
      set: (on) => {
        const others = graph().filter((fault) => !isWindow(fault));
        set({ graph: on ? [...others, WINDOW_CLOSED] : others });
      },
    },
  };
}

function isDown({ kind, on }: GraphFault): boolean {
  return kind === 'html' && on === undefined;
}

function isWindow({ code, subcode }: GraphFault): boolean {
  return code === WINDOW_CLOSED.code && subcode === WINDOW_CLOSED.subcode;
}

/** X has no window; what shuts an answer out there is that somebody takes no direct messages. */
function xSwitches(x: XSimulator): Record<Trouble, Switch> {
  const { world } = x;
  const isDownOfX = ({ kind, on }: { kind: string; on?: string }): boolean => kind === 'html' && on === undefined;
  const people = () => [...world.users.values()].filter(({ operated }) => !operated);
  const logins = () => [...world.tokens.values()].filter(({ userId }) => userId === DEMO_HANDLE.id);
  return {
    outage: {
      isOn: () => x.faults.calls.some(isDownOfX),
      set: (on) => {
        const others = x.faults.calls.filter((fault) => !isDownOfX(fault));
        x.setFaults({ webhooks: on ? [{ kind: 'cut' }] : [], calls: on ? [{ kind: 'html' }, ...others] : others });
      },
    },
    token: {
      // healed by whoever renews it
      isOn: () => logins().every(({ expiresAt, revoked }) => revoked || expiresAt <= world.now()),
      set: (on) => {
        if (on) x.expireTokens(DEMO_HANDLE.id);
      },
    },
    window: {
      isOn: () => people().some(({ directs }) => directs === 'nobody'),
      set: (on) => {
        for (const { id } of people()) x.setUser(id, { directs: on ? 'nobody' : 'everyone' });
      },
    },
  };
}
