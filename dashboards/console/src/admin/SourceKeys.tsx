// The keys by which a source speaks: which there are, one more, one in place of all, the end of one. A key is shown once, when it is made.

import { useState } from 'react'

import { Section } from '../components/pieces'
import { Refusal, failureText } from '../people/fields'
import { t } from '../words/language'
import { issueKey, keys, retireKey } from './api'
import { useAsked } from './asked'
import { endText, usedText } from './key-words'
import { Answered, Once, Sure, useSending, when } from './parts'

export function SourceKeys({ id }: { id: string }) {
  const asked = useAsked(`keys ${id}`, (signal) => keys(id, signal))
  const [given, setGiven] = useState<string | null>(null)
  const { sending, failure, send } = useSending()
  const issue = async (endEarlier: boolean) => {
    setGiven((await issueKey(id, endEarlier)).key)
    asked.again()
  }
  return (
    <Section words={{ zh: '密钥', en: 'Keys' }}>
      {given && (
        <Once
          label={t('新密钥', 'The new key')}
          secret={given}
          told={t('只显示这一次。请以安全方式交给该部门，配置到其系统；平台只留存其加盐哈希。', 'Shown this once. Hand it to the department by a safe way; the platform keeps a salted hash of it only.')}
          done={() => setGiven(null)}
        />
      )}
      <Answered asked={asked}>
        {({ keys: found }) => (
          <>
            {found.length === 0 && <p className="nothing">{t('没有密钥：该来源不能报送。', 'It has no key, and cannot send.')}</p>}
            {found.length > 0 && (
              <ul className="admin-keys" id="keys">
                {found.map((key) => (
                  <li key={key.id} data-key={key.id}>
                    <code>mjk_{key.id}_…</code>
                    <span>{t(`发放于 ${when(key.created_at)}`, `issued ${when(key.created_at)}`)}</span>
                    <span data-used={key.last_used_at !== null}>{usedText(key, when)}</span>
                    <span className={key.works ? undefined : 'over'}>{endText(key, when)}</span>
                    <Sure
                      label={t('停用', 'Retire')}
                      told={key.works && found.filter((one) => one.works).length === 1 ? t('这是唯一的密钥，停用后该来源不能报送。', 'It is the only one: the source cannot send after it.') : t('仍用它报送的立即被拒绝。', 'Whoever still uses it is refused at once.')}
                      act={async () => {
                        await retireKey(id, key.id)
                        asked.again()
                      }}
                    />
                  </li>
                ))}
              </ul>
            )}
            <div className="admin-acts">
              <button type="button" className="plain" disabled={sending} onClick={() => void send(() => issue(false))}>
                {found.length === 0 ? t('发放密钥', 'Issue a key') : t('另发一个（旧的仍可用）', 'Issue another, keep the old')}
              </button>
              {found.length > 0 && (
                <Sure label={t('更换密钥', 'Replace the keys')} told={t('发一个新的，此前的全部立即失效。', 'One new key is issued; all earlier ones end at once.')} act={() => issue(true)} />
              )}
            </div>
            {failure && <Refusal>{failureText(failure)}</Refusal>}
          </>
        )}
      </Answered>
    </Section>
  )
}
