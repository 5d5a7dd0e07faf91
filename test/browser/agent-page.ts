import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** Longest wait for anything on the page. Milliseconds. */
const PATIENCE = 15_000;

/** The inbox as a person has it open: what they see and do, by the names that a screen reader says. */
export class AgentPage {
  /** Scripts that failed, and what the page's own rules forbade. */
  readonly faults: string[] = [];
  /** Requests to anywhere but Evenhand. They are refused. */
  readonly strays: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {}

  /** A browser of its own, with its own cookies and its own store. */
  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<AgentPage> {
    const context = await browser.newContext({
      baseURL: url,
      locale: 'en-GB',
      timezoneId: 'Europe/Paris',
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE);
    return AgentPage.tabIn(context, url);
  }

  /** Another tab of the same browser. */
  async anotherTab(): Promise<AgentPage> {
    return AgentPage.tabIn(this.context, new URL(this.page.url()).origin);
  }

  private static async tabIn(context: BrowserContext, url: string): Promise<AgentPage> {
    const page = await context.newPage();
    const agent = new AgentPage(page, context);
    page.on('pageerror', (error) => agent.faults.push(error.stack ?? error.message));
    await page.route(
      (address) => address.origin !== url && /^https?:/.test(address.protocol),
      (route) => {
        agent.strays.push(route.request().url());
        return route.abort();
      },
    );
    return agent;
  }

  /** Signs in on a card of the demo. A visitor keeps the language of their browser. */
  async enterAs(name: 'Ada' | 'Karim' | 'Léa'): Promise<void> {
    await this.page.goto('/');
    await this.button(new RegExp(`(Enter as|Entrer en tant que) ${name}`)).click();
    await this.waitingList.waitFor();
  }

  /** Signs in with address and password. */
  async signIn(email: string, password: string): Promise<void> {
    await this.page.goto('/sign-in');
    await this.page.locator('input[type=email]').fill(email);
    await this.page.locator('input[type=password]').fill(password);
    await this.page.locator('form button[type=submit]').click();
    await this.waitingListOrNobody.waitFor();
  }

  private get waitingListOrNobody(): Locator {
    return this.page.getByRole('region', { name: /^(Queue|File)$/ });
  }

  get waitingList(): Locator {
    return this.page.getByRole('region', { name: /Waiting, in order|En attente, dans l’ordre/ });
  }

  /** Who waits, as rows. */
  get places(): Locator {
    return this.waitingList.getByRole('listitem');
  }

  /** The subject, above the open conversation. */
  get subject(): Locator {
    return this.page.locator('#thread').getByRole('heading', { level: 1 });
  }

  get messages(): Locator {
    return this.page.getByRole('log').getByRole('article');
  }

  message(text: string | RegExp): Locator {
    return this.messages.filter({ hasText: text });
  }

  get replyField(): Locator {
    return this.page.getByRole('textbox', { name: 'Reply to the customer' });
  }

  get noteField(): Locator {
    return this.page.getByRole('textbox', { name: 'Note for your team' });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** How fresh the page is, in the page's own words. */
  connection(words: string | RegExp): Locator {
    return this.page.getByRole('navigation').getByRole('status').filter({ hasText: words });
  }

  /** Takes the oldest wait by its key and gives the reference of its conversation. */
  async takeNext(): Promise<string> {
    const before = this.page.url();
    await this.page.keyboard.press('n');
    await this.page.waitForURL((url) => url.href !== before && /\/c\/C-\d+$/.test(url.pathname));
    await this.messages.first().waitFor();
    return this.reference;
  }

  /** Chooses from the menu of the signed-in person. */
  async chooseInMenu(name: string | RegExp): Promise<void> {
    await this.page.getByRole('navigation').getByRole('button', { name: /Ada/ }).click();
    await this.page.getByRole('menu').getByText(name, { exact: true }).click();
  }

  get reference(): string {
    return /\/c\/(C-\d+)/.exec(this.page.url())![1]!;
  }

  /** Writes a reply by keyboard alone and sends it. */
  async reply(text: string): Promise<void> {
    await this.page.keyboard.press('r');
    await this.focused(this.replyField);
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press('Control+Enter');
  }

  /** Waits until the focus is there. */
  async focused(locator: Locator): Promise<void> {
    await locator.and(this.page.locator(':focus')).waitFor();
  }

  /** @throws when a script failed, or the page asked for something from elsewhere. For `afterEach`. */
  check(): void {
    const wrong = [...this.faults, ...this.strays.map((url) => `asked for ${url}`)];
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
