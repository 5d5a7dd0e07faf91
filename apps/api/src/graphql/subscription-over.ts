/** The client has unsubscribed, or its socket closed, while an event was being put together for it. */
export class SubscriptionOver extends Error {
  constructor() {
    super('the subscription is over');
    this.name = 'SubscriptionOver';
  }
}
