/** The list beside an open conversation. */
export type ListName = 'mine' | 'failed' | 'done';
