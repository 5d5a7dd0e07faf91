/** Newest item of each conversation that was on the screen. Sending says so, and the api tells what came after it. */
const newest = new Map<string, string>();

export const seen = {
  upTo: (conversationId: string): string | undefined => newest.get(conversationId),
  mark(conversationId: string, itemId: string | undefined): void {
    if (itemId && document.visibilityState === 'visible') newest.set(conversationId, itemId);
  },
};
