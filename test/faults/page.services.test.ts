import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { visit } from '../browser/record-page.ts'
import { launchBrowser } from '../support/browser.ts'
import { ownStorage } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { scrape } from '../support/metrics.ts'
import { noNginx, startNginx } from '../support/nginx.ts'
import { noOwnRedis, startRedis } from '../support/own-redis.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

const skip = testDatabaseUrl ? noNginx || noOwnRedis : 'needs a Postgres that instances share'

t.test(
  'a page goes on though the instance that writes its texts is killed, and ends with the saved texts',
  { skip },
  async t => {
    const redis = await startRedis(t)
    const upstream = await startUpstream(t, async completion => {
      const number = upstream.completions.indexOf(completion) + 1
      for (let word = 0; word < 40 && !completion.response.destroyed; word++) {
        completion.delta(`${number}번째 글의 ${word}번째 낱말. `)
        await delay(50)
      }
      completion.finish()
    })
    const env = {
      ...(await ownStorage(t)),
      REDIS_URL: redis.url,
      OPENAI_BASE_URL: upstream.baseUrl,
      TRUST_PROXY: 'true',
      PAGES: 'bundled',
    }
    const servers = [await startServer(env), await startServer(env)] as [ServerProcess, ServerProcess]
    for (const { kill } of servers) t.teardown(() => kill('SIGKILL'))
    const nginx = await startNginx(t, { instances: [servers[0].url, servers[1].url] })

    const visitor = await visit(t, await launchBrowser(t), nginx.url)
    await visitor.write('발표함.', { label: '2-3-15' })
    await visitor.column(0).shows('낱말')
    const running = await Promise.all(
      servers.map(async ({ url }) => (await scrape(new Visitor(url))).conch_running_outputs),
    )
    const killed = running.indexOf(3)
    t.not(killed, -1, 'one of them runs all three')
    await servers[killed]?.kill('SIGKILL')
    await visitor.ended()
    const texts = await visitor.texts()
    t.same(texts, await visitor.savedOutputs())
    for (const text of texts)
      t.match(text, /^[456]번째 글의 0번째 낱말\. .* 39번째 낱말\./, 'a text of the second attempt, whole')
    if (process.env.SCREENSHOTS) await visitor.page.screenshot({ path: `${process.env.SCREENSHOTS}/after-kill.png` })
  },
)
