/**
 * Reads what this browser keeps under a key. What cannot be read as `T` is set aside under another name, where a person
 * can still find the words in it, and counts as absent.
 */
export function readStored<T>(key: string, isSound: (value: unknown) => value is T): T | undefined {
  const text = localStorage.getItem(key);
  if (text === null) return undefined;
  const value = parsed(text);
  if (isSound(value)) return value;
  try {
    localStorage.setItem(`evenhand.unreadable.${key}`, text);
    localStorage.removeItem(key);
  } catch {
    // The browser's store is full: it stays where it is, and is passed over each time.
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the ways of not being sound.
    return undefined;
  }
}
