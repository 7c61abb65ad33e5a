import { language, t } from './words.js';

const MINUTE = 60_000;
const steps = [
  [60 * MINUTE, MINUTE, 'minute'],
  [24 * 60 * MINUTE, 60 * MINUTE, 'hour'],
  [30 * 24 * 60 * MINUTE, 24 * 60 * MINUTE, 'day'],
];

// When something was: "5 minutes ago", later the day.
export function ago(time, now = Date.now()) {
  if (!time) return t('moment.never');
  const passed = Math.max(0, now - Date.parse(time));
  if (passed < MINUTE) return t('moment.now');
  const step = steps.find(([limit]) => passed < limit);
  if (!step) return day(time);
  const [, unit, name] = step;
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.floor(passed / unit), name);
}

export function day(time) {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(time));
}
