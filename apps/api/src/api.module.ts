import { Module, type DynamicModule } from '@nestjs/common';
import {
  channelKind,
  deliveryReprocessJob,
  deliveryReprocessJobName,
  messageModerateJob,
  messageModerateJobName,
  messageSendJob,
  messageSendJobName,
} from '@app/channel';
import {
  Accounts,
  Agents,
  Attachments,
  Changes,
  CHANGES_TABLE,
  defineDisconnect,
  defineErase,
  defineExport,
  Drafts,
  Erasures,
  Exports,
  Moderation,
  Notes,
  Queue,
  Replies,
  Sessions,
  Waits,
  Workspaces,
} from '@app/inbox';
import { ChangeFeed, Database, Jobs, Live, RuntimeModule, type AppContext } from '@app/runtime';
import { AccountsResolver } from './accounts/accounts.resolver';
import { AttachmentRoutes } from './attachments/attachment-routes';
import type { apiSettings } from './config';
import { ConversationsResolver } from './conversations/conversations.resolver';
import { CustomerMutationsResolver } from './customers/customer-mutations.resolver';
import { CustomersResolver } from './customers/customers.resolver';
import { DraftsResolver } from './drafts/drafts.resolver';
import { NodeResolver } from './graphql/node.resolver';
import type { ResolvesFields } from './graphql/schema';
import { apiLimits } from './http/api-limits';
import { HttpFront, LIMITS, RESOLVERS } from './http/http-front';
import { InstallationResolver } from './installation/installation.resolver';
import { WorkspaceSetUp } from './installation/workspace-set-up';
import { ChangeEvents } from './live/change-events';
import { LiveResolver } from './live/live.resolver';
import { MessageMutationsResolver } from './messages/message-mutations.resolver';
import { MessagesResolver } from './messages/messages.resolver';
import { ModerationResolver } from './messages/moderation.resolver';
import { QueueMutationsResolver } from './queue/queue-mutations.resolver';
import { QueueResolver } from './queue/queue.resolver';
import { CurrentSession } from './viewer/current-session';
import { DemoDoor } from './viewer/demo-door';
import { SessionEnds } from './viewer/session-ends';
import { SignIn } from './viewer/sign-in';
import { SignInThrottle } from './viewer/sign-in-throttle';
import { ViewerResolver } from './viewer/viewer.resolver';

const resolvers = [
  AccountsResolver,
  ConversationsResolver,
  CustomerMutationsResolver,
  CustomersResolver,
  DraftsResolver,
  InstallationResolver,
  LiveResolver,
  MessageMutationsResolver,
  MessagesResolver,
  ModerationResolver,
  NodeResolver,
  QueueMutationsResolver,
  QueueResolver,
  ViewerResolver,
];

/** What the inbox does for the api, of one process. */
const inbox = [
  { provide: ChangeFeed, useFactory: (live: Live) => live.changeFeed(CHANGES_TABLE), inject: [Live] },
  { provide: Changes, useFactory: (feed: ChangeFeed) => new Changes(feed), inject: [ChangeFeed] },
  {
    provide: Accounts,
    useFactory: (changes: Changes, jobs: Jobs) => new Accounts(changes, jobs),
    inject: [Changes, Jobs],
  },
  { provide: Agents, useFactory: (changes: Changes) => new Agents(changes), inject: [Changes] },
  { provide: Queue, useFactory: (changes: Changes) => new Queue(changes), inject: [Changes] },
  { provide: Waits, useFactory: (changes: Changes) => new Waits(changes), inject: [Changes] },
  { provide: Drafts, useFactory: (changes: Changes) => new Drafts(changes), inject: [Changes] },
  { provide: Notes, useFactory: (changes: Changes) => new Notes(changes), inject: [Changes] },
  {
    provide: Replies,
    useFactory: (changes: Changes, jobs: Jobs) => new Replies(changes, jobs),
    inject: [Changes, Jobs],
  },
  { provide: Erasures, useFactory: (jobs: Jobs) => new Erasures(jobs), inject: [Jobs] },
  { provide: Exports, useFactory: (jobs: Jobs) => new Exports(jobs), inject: [Jobs] },
  {
    provide: Moderation,
    useFactory: (changes: Changes, jobs: Jobs) => new Moderation(changes, jobs),
    inject: [Changes, Jobs],
  },
  { provide: Sessions, useFactory: () => new Sessions() },
  { provide: Workspaces, useFactory: () => new Workspaces() },
  { provide: Attachments, useFactory: () => new Attachments() },
];

/** GraphQL, files and the page for people. */
@Module({})
export class ApiModule {
  static of(context: AppContext<typeof apiSettings>, limits = apiLimits): DynamicModule {
    defineJobs(context.jobs);
    return {
      module: ApiModule,
      imports: [RuntimeModule.of(context)],
      providers: [
        ...inbox,
        ...resolvers,
        { provide: RESOLVERS, useFactory: (...all: ResolvesFields[]) => all, inject: resolvers },
        { provide: LIMITS, useValue: limits },
        {
          provide: SignInThrottle,
          useFactory: (database: Database) => new SignInThrottle(database),
          inject: [Database],
        },
        AttachmentRoutes,
        ChangeEvents,
        CurrentSession,
        DemoDoor,
        HttpFront,
        SessionEnds,
        SignIn,
        WorkspaceSetUp,
      ],
    };
  }
}

/** What the api asks of others. It serves no job itself. */
function defineJobs(jobs: Jobs): void {
  defineDisconnect(jobs);
  defineErase(jobs);
  defineExport(jobs);
  for (const channel of channelKind.options) {
    jobs.define(messageSendJobName(channel), { payload: messageSendJob });
    jobs.define(messageModerateJobName(channel), { payload: messageModerateJob });
    jobs.define(deliveryReprocessJobName(channel), { payload: deliveryReprocessJob });
  }
}
