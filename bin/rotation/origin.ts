import { reasonOf } from '../../lambda/domain/failure.ts';
import type { IamUser } from '../../lambda/domain/model.ts';
import { managedByTag } from '../../lambda/domain/next-step.ts';
import { globalEventsRegion } from '../../lambda/domain/partition.ts';
import { creatorsIn, infrastructureCodeOf } from '../../lambda/domain/trail.ts';
import type { AccountReader, SearchInfrastructureCode } from '../../lambda/ports.ts';
import type { Settings } from '../../lambda/settings.ts';

/** Who makes the keys of a user: infrastructure code, if anything says so. */
export type KeyOrigin = {
  /** `Terraform (modules/app/main.tf:12)`. */
  managedBy?: string;
  /** What could not be told. */
  unknown: string[];
  /** What of the repositories could not be read: the code that makes the keys may be there. */
  unread: string[];
};

/** By the user's tags, by the code in repositories, and by who called CreateAccessKey within the last 90 days. */
export const originOf = async (
  user: IamUser,
  {
    settings,
    reader,
    searchInfrastructureCode,
  }: {
    settings: Pick<Settings, 'managedByTag'>;
    reader: Pick<AccountReader, 'lookUpEvents' | 'partition'>;
    searchInfrastructureCode?: SearchInfrastructureCode | undefined;
  },
): Promise<KeyOrigin> => {
  const tagged = managedByTag(user, settings.managedByTag);
  const [inCode, created] = await Promise.all([originInCode(user, searchInfrastructureCode), creatorOf(user, reader)]);
  const managedBy = tagged ?? inCode.managedBy ?? created.managedBy;
  return { ...(managedBy && { managedBy }), unknown: [...inCode.unknown, ...created.unknown], unread: inCode.unread };
};

const originInCode = async (
  { userName }: IamUser,
  search: SearchInfrastructureCode | undefined,
): Promise<KeyOrigin> => {
  if (!search) return { unknown: [], unread: [] };
  const { keysInCode, failures } = await search();
  const place = ({ repository, file, line }: (typeof keysInCode)[number]['place']): string =>
    `${repository}/${file}${line === null ? '' : `:${line}`}`;
  const own = keysInCode.find((key) => key.userName === userName);
  return {
    ...(own && { managedBy: `${own.tool} (${place(own.place)})` }),
    unknown: keysInCode
      .filter((key) => key.userName === null)
      .map((key) => `for which user ${place(key.place)} makes an access key (${key.tool})`),
    unread: failures.map(({ id, reason }) => `what infrastructure code ${id} holds: ${reason}`),
  };
};

const creatorOf = async (
  user: IamUser,
  { lookUpEvents, partition }: Pick<AccountReader, 'lookUpEvents' | 'partition'>,
): Promise<Omit<KeyOrigin, 'unread'>> => {
  try {
    const region = globalEventsRegion(partition);
    if (!region) return { unknown: [`who created its keys: where CloudTrail keeps that in ${partition} is not known`] };
    const { events, complete } = await lookUpEvents({ attribute: 'EventName', value: 'CreateAccessKey', region });
    const creators = creatorsIn(events);
    const tools = user.accessKeys.flatMap(({ accessKeyId }) => {
      const creator = creators.get(accessKeyId ?? '');
      const tool = creator && infrastructureCodeOf(creator.userAgent, creator.source);
      return tool ? [`${tool}, which created ${accessKeyId} by CloudTrail`] : [];
    });
    if (tools[0]) return { managedBy: tools[0], unknown: [] };
    return { unknown: complete ? [] : ['who created its keys: CloudTrail has more calls than were read'] };
  } catch (error) {
    return { unknown: [`whether infrastructure code created its keys: CloudTrail: ${reasonOf(error)}`] };
  }
};
