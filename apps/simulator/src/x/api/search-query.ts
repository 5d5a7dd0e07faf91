import { mentionsIn } from '../mentions';
import type { Post } from '../model';
import { hasLink } from '../shown-text';
import type { World } from '../world';
import { invalid } from './problem';

type Fits = (post: Post) => boolean;

/**
 * What a query of the search means: words and operators, which must all fit, `OR`, brackets, `-` for not.
 * Operators: `conversation_id: from: to: in_reply_to_tweet_id: quotes_of_tweet_id: is:reply is:retweet is:quote has:links
 * has:media lang: @name`.
 * @throws Problem 400 for what the search does not know.
 */
export function queryOf(query: string, world: World): Fits {
  const tokens = query.match(/"[^"]*"|[()]|-(?=[("\w@#])|[^\s()]+/g) ?? [];
  let at = 0;
  const wrong = (): Error => invalid('query', query, `There were errors processing your request: cannot read the query near "${tokens[at] ?? 'its end'}"`); // prettier-ignore

  const either = (): Fits => {
    const options = [every()];
    while (tokens[at] === 'OR') {
      at += 1;
      options.push(every());
    }
    return (post) => options.some((fits) => fits(post));
  };
  const every = (): Fits => {
    const parts: Fits[] = [];
    while (at < tokens.length && tokens[at] !== ')' && tokens[at] !== 'OR') parts.push(one());
    if (parts.length === 0) throw wrong();
    return (post) => parts.every((fits) => fits(post));
  };
  const one = (): Fits => {
    const token = tokens[at]!;
    at += 1;
    if (token === '-') {
      const not = one();
      return (post) => !not(post);
    }
    if (token !== '(') return termOf(token, world, wrong);
    const inner = either();
    if (tokens[at] !== ')') throw wrong();
    at += 1;
    return inner;
  };

  const whole = either();
  if (at < tokens.length) throw wrong();
  return whole;
}

function termOf(token: string, world: World, wrong: () => Error): Fits {
  const [, operator, value = ''] = /^([a-z_]+):(.+)$/.exec(token) ?? [];
  const user = world.findUser(value);
  const userId = user?.id ?? (/^\d+$/.test(value) ? value : undefined);
  switch (operator) {
    case 'conversation_id':
      return ({ conversationId }) => conversationId === value;
    case 'in_reply_to_tweet_id':
      return ({ inReplyTo }) => inReplyTo === value;
    case 'quotes_of_tweet_id':
      return ({ quotes }) => quotes === value;
    case 'from':
      return ({ authorId }) => authorId === userId;
    case 'to':
      return ({ inReplyToUserId }) => inReplyToUserId !== undefined && inReplyToUserId === userId;
    case 'lang':
      return ({ language }) => language === value;
    case 'is':
      return IS[value] ?? fail(wrong);
    case 'has':
      return HAS[value] ?? fail(wrong);
    case undefined:
      return wordOf(token.replace(/^"|"$/g, '').toLowerCase());
    default:
      return fail(wrong);
  }
}

const IS: Readonly<Record<string, Fits>> = {
  reply: ({ inReplyTo }) => inReplyTo !== undefined,
  retweet: ({ reposts }) => reposts !== undefined,
  quote: ({ quotes }) => quotes !== undefined,
};
const HAS: Readonly<Record<string, Fits>> = {
  links: ({ text }) => hasLink(text),
  media: ({ mediaIds }) => mediaIds.length > 0,
};

function wordOf(word: string): Fits {
  if (!word.startsWith('@')) return ({ text }) => text.toLowerCase().includes(word);
  return ({ text, leading }) =>
    [...leading, ...mentionsIn(text).map(({ username }) => username)].some((name) => `@${name.toLowerCase()}` === word);
}

function fail(wrong: () => Error): never {
  throw wrong();
}
