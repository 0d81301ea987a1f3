// Who signs a form: whoever signed in; where the site has no accounts, who they say they are, and the key where the platform wants one.

import { useId } from 'react'

import type { Names } from '../api/names'
import { type Signer, adminKeyStore, signerStore } from '../dispositions/signer'
import type { Person } from '../people/session'
import { t } from '../words/language'

export interface Signature extends Signer {
  adminKey: string
}

export const signatureOf = (): Signature => ({ ...signerStore.get(), adminKey: adminKeyStore.get() })

interface Props {
  person: Person | null
  names: Names
  value: Signature
  needsKey: boolean
  change(value: Signature): void
}

export function SignatureFields({ person, names, value, needsKey, change }: Props) {
  const orgs = useId()
  if (person) {
    const signer = [person.name || person.person, person.body && names.org(person.body), names.office(person.body, person.office)].filter(Boolean).join(' · ')
    return <p className="wide voice-signer">{t(`以 ${signer} 的名义办理`, `Signed by ${signer}`)}</p>
  }
  const set = (some: Partial<Signature>) => change({ ...value, ...some })
  return (
    <>
      <label>
        <span>{t('经办人编号', 'Person')}</span>
        <input name="person" required maxLength={128} autoComplete="username" value={value.person} onChange={(e) => set({ person: e.target.value })} />
      </label>
      <label>
        <span>{t('签署机构', 'Body')}</span>
        <input name="body" maxLength={128} list={orgs} value={value.body} onChange={(e) => set({ body: e.target.value })} />
        <datalist id={orgs}>
          {Object.entries(names.tables.orgs).map(([code, called]) => (
            <option key={code} value={code}>
              {called}
            </option>
          ))}
        </datalist>
      </label>
      {needsKey && (
        <label>
          <span>{t('管理员密钥', 'Key')}</span>
          <input type="password" name="admin_key" autoComplete="off" value={value.adminKey} onChange={(e) => set({ adminKey: e.target.value })} />
        </label>
      )}
    </>
  )
}
