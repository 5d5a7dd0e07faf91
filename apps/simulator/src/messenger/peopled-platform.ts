import { type DemoMessenger, seedDemo, writeDemoChats } from './demo';
import { MessengerLife, type MessengerLifeOptions } from './life';
import { MessengerPlatform } from './platform';

/** The platform with the demo's Page and the fictional customers who write to it. */
export class PeopledPlatform extends MessengerPlatform {
  private currentLife: MessengerLife | undefined;

  /** Makes the demo's app, Page and operator, or finds them. Returns what one needs to connect the Page. */
  seedDemo(): DemoMessenger {
    return seedDemo(this);
  }

  /**
   * Writes the demo's chats and comments, as if they had come over the last hours, unless the Page has some already. Apps hear
   * of them by webhook: call it when the Page is subscribed. Returns how many were written.
   */
  writeDemoChats(now = this.world.clock.now()): number {
    return writeDemoChats(this, now);
  }

  /** Lets fictional customers write to the demo's Page, read and answer until stopped; a second call replaces the first. */
  startLife(options: MessengerLifeOptions = {}): MessengerLife {
    this.currentLife?.stop();
    return (this.currentLife = new MessengerLife(this, seedDemo(this).pageId, options));
  }

  get life(): MessengerLife | undefined {
    return this.currentLife?.running ? this.currentLife : undefined;
  }

  override async stop(): Promise<void> {
    this.currentLife?.stop();
    await super.stop();
  }
}
