import type { Customer, Saying } from '../customers/customer';
import { pictureOfACard } from '../customers/picture';
import type { Answer, Voice } from '../customers/voice';
import { DEMO_PAGE_ID, DEMO_POST } from './demo';
import type { Message } from './model';
import type { MessengerPlatform } from './platform';

const HOUR = 3_600_000;

/** The customers' chats with the demo's Page, and their comments under its posts. */
export function messengerVoices(platform: MessengerPlatform, cast: readonly Customer[]): Voice[] {
  const ids = new Set(cast.map(({ id }) => id));
  return [chatVoice(platform, ids), commentVoice(platform, ids)];
}

/** References are ids of people: there is one chat with each. */
function chatVoice(platform: MessengerPlatform, cast: ReadonlySet<string>): Voice {
  const write = async (customer: Customer, saying: Omit<Saying, 'place'>, at?: Date): Promise<string> => {
    const { text, picture } = saying;
    const photo = { type: 'image', name: picture ?? '', mime: 'image/png', bytes: pictureOfACard() };
    platform.writeAs(personOf(platform, customer), DEMO_PAGE_ID, {
      text,
      ...(picture && { attachments: [photo] }),
      ...(at && { at }),
    });
    return customer.id;
  };
  return {
    place: 'chat',
    isEmpty: () => platform.truth(DEMO_PAGE_ID).every(({ kind }) => kind !== 'message'),
    begin: write,
    goOn: (customer, _ref, saying, at) => write(customer, saying, at),
    listen: (hear) => {
      const listener = ({ direction, pageId, threadId, id }: Message): void => {
        const person = platform.world.threads.get(threadId)?.personId ?? '';
        if (direction !== 'outbound' || pageId !== DEMO_PAGE_ID || !cast.has(person)) return;
        const read = (): void => platform.read(person, pageId);
        const like = (): void => platform.react(id, 'love');
        hear({ customerId: person, ref: person, answers: [person], read, like });
      };
      platform.on('message', listener);
      return () => platform.off('message', listener);
    },
  };
}

/** References are ids of comments. */
function commentVoice(platform: MessengerPlatform, cast: ReadonlySet<string>): Voice {
  const write = async (
    customer: Customer,
    { text }: Omit<Saying, 'place'>,
    parent: string | undefined,
    at: Date | undefined,
  ): Promise<string> => {
    const place = parent === undefined ? { post: demoPost(platform, at) } : { parent };
    const person = personOf(platform, customer);
    return platform.comment(DEMO_PAGE_ID, person, { text, ...place, ...(at && { at }) }).commentId;
  };
  return {
    place: 'comment',
    isEmpty: () => platform.truth(DEMO_PAGE_ID).every(({ kind }) => kind !== 'comment'),
    begin: (customer, saying, at) => write(customer, saying, undefined, at),
    goOn: (customer, ref, saying, at) => write(customer, saying, ref, at),
    listen: (hear) => {
      const heard = new Set(platform.world.comments.size === 0 ? [] : commentIds(platform));
      const listener = (): void => {
        for (const answer of newAnswers(platform, heard)) if (cast.has(answer.customerId)) hear(answer);
      };
      platform.on('change', listener);
      return () => platform.off('change', listener);
    },
  };
}

/** Comments of the Page that were not there before, each as an answer to whoever wrote what it stands under. */
function newAnswers({ world }: MessengerPlatform, heard: Set<string>): Answer[] {
  if (world.comments.size === heard.size) return [];
  return [...world.comments.values()].flatMap((comment) => {
    if (heard.has(comment.id)) return [];
    heard.add(comment.id);
    const above = comment.personId === null ? world.comments.get(comment.parentId) : undefined;
    if (above === undefined || above.personId === null) return [];
    return { customerId: above.personId, ref: above.id, answers: [above.id] };
  });
}

function commentIds({ world }: MessengerPlatform): string[] {
  return Array.from(world.comments.values(), ({ id }) => id);
}

function personOf(platform: MessengerPlatform, { id, name, language }: Customer): string {
  return platform.person({ id, name, language });
}

/** The Page's newest post, older than what is written under it; the first one is made. */
function demoPost({ world, feed }: MessengerPlatform, at = new Date(world.now())): string {
  const known = world.postsOf(DEMO_PAGE_ID).at(-1);
  if (known) return known.id;
  return feed.post(world.page(DEMO_PAGE_ID), DEMO_POST, new Date(at.getTime() - HOUR)).id;
}
