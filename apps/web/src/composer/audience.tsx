import type { Visibility } from '../graphql/generated';
import { useT } from '../language/language';
import { GlobeIcon, LockIcon } from '../ui/icons';
import style from './audience.module.css';

const AUDIENCES = ['PUBLIC', 'PRIVATE'] as const;

interface Props {
  readonly value: Visibility;
  /** Whether the customer can be answered in private: undefined where the platform never offers it. */
  readonly canBePrivate: boolean | undefined;
  readonly onChange: (audience: Visibility) => void;
}

/** Who is to read a reply to something public. Said at all times, since what is published cannot be unread. */
export function AudienceSwitch({ value, canBePrivate, onChange }: Props) {
  const t = useT();
  const gone = value === 'PRIVATE' && canBePrivate !== true;
  return (
    <fieldset className={style.audience}>
      <legend className={style.legend}>{t('audience.label')}</legend>
      {canBePrivate !== undefined && (
        <div className={style.choices}>
          {AUDIENCES.map((audience) => (
            <label key={audience} className={style.choice} data-selected={value === audience || undefined}>
              <input
                type="radio"
                name="audience"
                checked={value === audience}
                disabled={audience === 'PRIVATE' && !canBePrivate && !gone}
                onChange={() => onChange(audience)}
              />
              {audience === 'PUBLIC' ? <GlobeIcon size={16} /> : <LockIcon size={16} />}
              {t(`audience.${audience}`)}
            </label>
          ))}
        </div>
      )}
      <p className={style.effect} data-gone={gone || undefined} role={gone ? 'alert' : undefined}>
        {canBePrivate === undefined && <GlobeIcon size={16} />}
        {gone ? t('audience.gone') : t(`audience.${value}.effect`)}
        {value === 'PUBLIC' && canBePrivate === false && ` ${t('audience.publicOnly')}`}
      </p>
    </fieldset>
  );
}
