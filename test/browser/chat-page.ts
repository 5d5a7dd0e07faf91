import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** The simulated Messenger as a customer has it open, and its switches. */
export class ChatPage {
  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  static async open(browser: Browser, url: string): Promise<ChatPage> {
    const context = await browser.newContext({ baseURL: url, locale: 'en-GB', viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(15_000);
    const chat = new ChatPage(await context.newPage(), context);
    await chat.home();
    return chat;
  }

  /** The first page: somebody new, and the switches. */
  async home(): Promise<void> {
    await this.page.goto('/sim/messenger?lang=en');
  }

  /** Somebody new writes; their chat opens. */
  async writeAs(name: string, text: string): Promise<void> {
    await this.home();
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Message').fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
    await this.message(text).waitFor();
  }

  /** Opens the chat of somebody who has written or been written to. */
  async openChat(name: string): Promise<void> {
    await this.home();
    await this.page.getByRole('link', { name: new RegExp(name) }).click();
    await this.page.waitForURL('**/chat/**');
  }

  /** Writes on in the open chat. */
  async write(text: string, picture?: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Message' }).first().fill(text);
    if (picture) await this.page.getByLabel('Picture').setInputFiles(picture);
    await this.page.getByRole('button', { name: 'Send', exact: true }).first().click();
  }

  /** In the open chat. */
  message(text: string): Locator {
    return this.page.locator('#chat').getByRole('listitem').filter({ hasText: text });
  }

  async openFeed(): Promise<void> {
    await this.home();
    await this.page.getByRole('link', { name: /^Posts of/ }).click();
    await this.page.getByRole('heading', { name: 'Comments' }).waitFor();
  }

  /** Comments on the newest post, as somebody who is known. */
  async comment(name: string, text: string): Promise<void> {
    const form = this.page.locator('section > form').first();
    await form.getByLabel('as').selectOption({ label: name });
    await form.getByLabel('Comment').fill(text);
    await form.getByRole('button', { name: 'Comment' }).click();
    await this.commented(text).waitFor();
  }

  /** Under a post. */
  commented(text: string): Locator {
    return this.page.locator('.comments').getByText(text, { exact: true }).first();
  }

  /** Uses a switch of the first page; the page that was open is not left. */
  async press(name: string): Promise<void> {
    const page = await this.context.newPage();
    await page.goto('/sim/messenger?lang=en');
    await page.getByText('Make the platform fail').click();
    const done = page.waitForResponse((response) => response.url().includes('/sim/messenger/act'));
    await page.getByRole('button', { name }).click();
    await done;
    await page.close();
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
