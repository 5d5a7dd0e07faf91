import { useEffect, useLayoutEffect, useRef, type ComponentProps, type RefObject } from 'react';
import style from './reply-field.module.css';

interface Props extends ComponentProps<'textarea'> {
  readonly value: string;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** Where the part begins for which the platform has no room; undefined: all of it fits. */
  readonly overFrom: number | undefined;
}

/** Where one writes: as tall as its text, up to a third of the window. What is too long is marked where it begins. */
export function ReplyField({ field, overFrom, ...props }: Props) {
  const marks = useRef<HTMLDivElement>(null);
  const { value } = props;
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.blockSize = 'auto';
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [field, value]);

  const follow = () => {
    if (!field.current || !marks.current) return;
    // a scroll bar takes room from the text, and the lines break elsewhere
    marks.current.style.inlineSize = `${field.current.clientWidth}px`;
    marks.current.scrollTop = field.current.scrollTop;
  };
  useLayoutEffect(follow);

  return (
    <div className={style.frame}>
      {overFrom !== undefined && (
        <div ref={marks} className={style.marks} dir="auto" aria-hidden="true">
          {value.slice(0, overFrom)}
          <mark className={style.over}>{value.slice(overFrom)}</mark>
        </div>
      )}
      <textarea
        ref={field}
        className={style.field}
        dir="auto"
        rows={3}
        spellCheck
        aria-invalid={overFrom !== undefined || undefined}
        onScroll={follow}
        {...props}
      />
    </div>
  );
}
