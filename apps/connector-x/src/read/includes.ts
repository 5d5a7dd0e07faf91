import { idOf, type Json, listOf, objectOf } from '@app/connector-host';

/** What stands beside the data of an answer or event: people, posts and files that it refers to, by their ids. */
export class Includes {
  private readonly users = new Map<string, Json>();
  private readonly posts = new Map<string, Json>();
  private readonly media = new Map<string, Json>();

  /** @param holders whatever may have `includes`, or a `users` map; the places differ from kind to kind. */
  constructor(...holders: readonly unknown[]) {
    for (const holder of holders) {
      const includes = objectOf(holder);
      if (!includes) continue;
      for (const [key, value] of peopleIn(includes['users'])) this.users.set(key, value);
      for (const name of ['tweets', 'posts']) {
        for (const value of listOf(includes[name])) {
          const post = unwrapped(value);
          const id = idOf(post?.['id']);
          if (post && id !== undefined) this.posts.set(id, post);
        }
      }
      for (const value of listOf(includes['media'])) {
        const file = objectOf(value);
        const key = idOf(file?.['media_key']);
        if (file && key !== undefined) this.media.set(key, file);
      }
    }
  }

  user(id: string): Json | undefined {
    return this.users.get(id);
  }

  /** Told of other people, and not of this one. */
  lacksUser(id: string): boolean {
    return this.users.size > 0 && !this.users.has(id);
  }

  post(id: string): Json | undefined {
    return this.posts.get(id);
  }

  file(key: string): Json | undefined {
    return this.media.get(key);
  }
}

/** A list of people, or a map by their ids; each bare, or wrapped in `data`. */
function peopleIn(users: unknown): [string, Json][] {
  const map = Array.isArray(users) ? undefined : objectOf(users);
  const people: readonly unknown[] = map ? Object.values(map) : listOf(users);
  const keys = map ? Object.keys(map) : [];
  return people.flatMap((value, at): [string, Json][] => {
    const person = unwrapped(value);
    const id = person === undefined ? undefined : (idOf(person['id_str']) ?? idOf(person['id']) ?? keys[at]);
    return person && id !== undefined ? [[id, person]] : [];
  });
}

export function unwrapped(value: unknown): Json | undefined {
  const object = objectOf(value);
  return objectOf(object?.['data']) ?? object;
}
