import { ConnectionError } from '../lib/errors.js';
import { t } from './words.js';

const words = {
  wrong_password: () => t('problem.wrong_password'),
  bad_password: () => t('problem.bad_password'),
  bad_name: () => t('problem.bad_name'),
  name_taken: () => t('problem.name_taken'),
  last_owner: () => t('problem.last_owner'),
  too_many: () => t('problem.too_many'),
  not_found: () => t('problem.not_found'),
  forbidden: () => t('problem.forbidden'),
  ollama_unreachable: () => t('problem.ollama_unreachable'),
  ollama_busy: () => t('problem.ollama_busy'),
};

// Why something was refused, in the reader's language where there are words for it.
export function problemWords(error) {
  if (error instanceof ConnectionError) return t('problem.away');
  return words[error.code]?.() ?? error.message;
}
