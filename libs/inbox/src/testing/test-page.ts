import type { ChangeEvent, MessageChange, MessageEvent, PersonEvent, ReplyWindow, ThreadEvent } from '@app/channel';
import { Ids } from '@app/runtime';
import { minuteOf, TestWorkspace, type TestInbox } from './test-workspace';

const DAY = 24 * 60;
type More = Partial<Omit<MessageEvent, 'threading'>> &
  Pick<NonNullable<Parameters<TestWorkspace['mail']>[2]>, 'references'>;

/** A workspace with a page on which people write in private, and comment in public. Minutes as in `TestWorkspace`. */
export class TestPage extends TestWorkspace {
  static async open(inbox: TestInbox): Promise<TestPage> {
    const { workspaceId } = await inbox
      .pool('api')
      .transaction('system', (tx) => inbox.workspaces.create(tx, { name: 'Page' }));
    const page = new TestPage(inbox, workspaceId, new Ids().next(), '1001', 'messenger');
    await page.ingest([
      page.account({ partLength: 2_000, publicLength: 8_000, publicFiles: false, privateReply: true, moderates: true }),
    ]);
    return page;
  }

  /** A private message. `id` is its name. */
  dm(minute: number, person: string, id: string, more: More = {}): MessageEvent {
    return this.mail(minute, person, {
      externalId: id,
      nativeIds: [id],
      subject: undefined,
      threadKey: person,
      window: windowFrom(minute),
      ...more,
    });
  }

  /** An answer given in the page's own inbox. */
  answer(minute: number, person: string, id: string, more: More = {}): MessageEvent {
    return this.elsewhere(minute, person, {
      externalId: id,
      nativeIds: [id],
      subject: undefined,
      threadKey: person,
      ...more,
    });
  }

  /** A comment; `root` is the one it stands below. */
  comment(minute: number, person: string, id: string, root = id): MessageEvent {
    return this.mail(minute, person, {
      externalId: `comment:${id}`,
      nativeIds: [id],
      visibility: 'public',
      subject: undefined,
      threadKey: `comment:${root}:${person}`,
      references: root === id ? [] : [{ kind: 'native', id: root, direct: true }],
    });
  }

  /** What the page itself wrote below a comment, not through Evenhand. */
  ownComment(minute: number, id: string, parent: string): MessageEvent {
    return this.mail(minute, this.address, {
      direction: 'outbound',
      externalId: `comment:${id}`,
      nativeIds: [id],
      visibility: 'public',
      subject: undefined,
      participants: [],
      references: [{ kind: 'native', id: parent, direct: true }],
    });
  }

  change(minute: number, target: string, change: MessageChange): ChangeEvent {
    const externalId = `${target}:${minute}:${JSON.stringify(change)}`;
    return { kind: 'change', externalId, target, at: minuteOf(minute), change };
  }

  thread(minute: number, person: string, more: Partial<ThreadEvent>): ThreadEvent {
    const externalId = `${person}:${minute}:${JSON.stringify(more)}`;
    return { kind: 'thread', externalId, threadKey: person, at: minuteOf(minute), ...more };
  }

  person(minute: number, value: string, more: { readonly name?: string; readonly alsoKnownAs?: string }): PersonEvent {
    const { name, ...also } = more;
    const person = name === undefined ? { value } : { value, name };
    return {
      kind: 'person',
      externalId: `${value}:${minute}:${JSON.stringify(more)}`,
      at: minuteOf(minute),
      person,
      about: value,
      ...also,
    };
  }
}

export function windowFrom(minute: number): ReplyWindow {
  return {
    openedAt: minuteOf(minute),
    closesAt: minuteOf(minute + DAY),
    humanClosesAt: minuteOf(minute + 7 * DAY),
  };
}
