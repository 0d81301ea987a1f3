// What the forms of acts have in common: their look, who signs, and how a body is named.

import { AutoComplete, ConfigProvider, Form, Input, Select, theme as antd } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import type { ReactNode } from 'react'

import type { Names } from '../api/names'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { type Theme, themeStore } from '../theme'
import { languageStore, t } from '../words/language'

dayjs.locale('zh-cn')

/** As in styles/base.css. */
const COLOURS: Record<Theme, { colorPrimary: string; colorBgContainer?: string; colorBgElevated?: string }> = {
  light: { colorPrimary: '#1a56a6' },
  dark: { colorPrimary: '#4b8ad9', colorBgContainer: '#151f2b', colorBgElevated: '#1d2a3a' },
}

export function FormFrame({ children }: { children: ReactNode }) {
  const theme = useStore(themeStore)
  const algorithm = theme === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm
  const token = { borderRadius: 4, fontFamily: 'inherit', ...COLOURS[theme] }
  return (
    <ConfigProvider locale={languageStore.get() === 'en' ? enUS : zhCN} theme={{ algorithm, token }} wave={{ disabled: true }} button={{ autoInsertSpace: false }}>
      {children}
    </ConfigProvider>
  )
}

/** Who signs: whoever signed in, else who the reader says they are; and the administrator's key where it is needed. */
export function SignerFields({ names, body, needsKey }: { names: Names; body: string; needsKey: boolean }) {
  const { person } = useStore(sessionStore)
  const signer = person && [person.name || person.person, person.body && names.org(person.body), names.office(person.body, person.office)].filter(Boolean).join(' · ')
  const offices = options(names.tables.offices[body] ?? {})
  return (
    <>
      {person ? (
        <p className="wide act-signer">
          {t(`以 ${signer} 的名义办理`, `Signed by ${signer}`)}
        </p>
      ) : (
        <>
          <Form.Item name="body" label={t('签署机构', 'Body')} extra={names.tables.orgs[body]}>
            <BodyInput names={names} />
          </Form.Item>
          <Form.Item name="office" label={t('内设机构', 'Office')}>
            {offices.length > 0 ? <Select allowClear options={offices} placeholder={t('内设机构', 'Office')} /> : <Input maxLength={128} placeholder={t('如 执法监督科', 'Office')} />}
          </Form.Item>
          <Form.Item name="person" label={t('经办人编号', 'Person')} rules={[{ required: true, whitespace: true, message: t('请写明由谁作出', 'Say who decides') }]}>
            <Input maxLength={128} autoComplete="username" placeholder={t('人员编号或者岗位', 'Id or post')} />
          </Form.Item>
        </>
      )}
      {needsKey && (
        <Form.Item name="admin_key" label={t('管理员密钥', 'Key')}>
          <Input.Password autoComplete="off" />
        </Form.Item>
      )}
    </>
  )
}

/** A body by its code; one that is on no list, as those who supervise often are, is typed. What the form gives goes on to the input. */
export function BodyInput({ names, ...given }: { names: Names }) {
  const found = (typed: string, option?: { value: string; label: string }) => Boolean(option && `${option.label}${option.value}`.includes(typed))
  return <AutoComplete {...given} allowClear options={options(names.tables.orgs)} showSearch={{ filterOption: found }} placeholder={t('机构名称或者代码', 'Name or code')} />
}

export const options = (names: Record<string, string>) => Object.entries(names).map(([value, label]) => ({ value, label }))
