#include <optional>

#include "cgi/api.h"
#include "cgi/backlog_watch.h"
#include "cgi/cgi_variables.h"
#include "cgi/doorbell.h"
#include "cgi/endpoint.h"
#include "cgi/guard_journal.h"
#include "cgi/import_gate.h"
#include "cgi/plain_cgi.h"
#include "cgi/store_problem.h"
#include "common/store/sqlite_store.h"

namespace smsweb {
namespace {

// Many processes may wait for the same lock: longer than a service would, and
// shorter than web servers do.
constexpr Millis kBusyTimeout{30'000};
constexpr std::chrono::days kNumberMemory{30};

NumberMemory MemoryIn(KnownNumbers& numbers, const std::string& region,
                      const Clock& clock) {
  return {.find =
              [&](std::string_view input) {
                return numbers.Find(input, region,
                                    clock.Wall() - kNumberMemory);
              },
          .remember =
              [&](std::string_view input, std::string_view e164) {
                numbers.Remember(input, region, e164, clock.Wall());
              }};
}

}  // namespace

int ServePlainCgi(const EndpointContext& context) {
  const Config& config = context.config;
  const Access access(config.endpoint);
  const Request request = ReadPlainCgiRequest([&](const Request& head) {
    // Nothing of the body is kept before the queue has been asked.
    return PlanBodyOf(head, config.endpoint, [&](const Request& import) {
      return access.MayBeSomebody(import);
    });
  });

  auto stores = OpenSqliteStores(
      config.store.path, {.busy_timeout = kBusyTimeout,
                          .keep_texts = config.retention.texts.count() > 0});
  if (!stores) {
    context.log.Error("can't open the queue",
                      {{"error", stores.error().message}});
    WritePlainCgiResponse(
        StoreProblem({stores.error().kind, "the queue can't be opened"}));
    return 0;
  }
  RecipientParser recipients = MakeRecipientParser(
      config.message, MemoryIn(*stores->known_numbers,
                               config.message.default_region, context.clock));
  SendingWindows windows(config);
  Doorbell bell(config, context.log);
  NumberFacts facts;
  GuardJournal journal(context.log, context.clock);
  BacklogWatch backlog(context.clock);
  ImportGate imports(1);
  Api api(
      {.config = config,
       .access = access,
       .recipients = recipients,
       .windows = windows,
       .store = *stores->queue,
       .clock = context.clock,
       .random = context.random,
       .ring = [&] { bell.Ring(); },
       .imports = imports,
       .facts = facts,
       .backlog = backlog,
       .keys = context.keys,
       .tell = [&](const GuardFinding& finding) { journal.Tell(finding); }});
  Step step = api.Begin(request);
  DiscardRest(request);
  if (auto* response = std::get_if<Response>(&step)) {
    WritePlainCgiResponse(*response);
    return 0;
  }
  const auto& submission = std::get<Submission>(step);
  const auto outcome = ApplyChange(*stores->queue, ViewOf(submission.work));
  // First the ring: a web server may end its program once it has the answer.
  if (outcome && IsForSpooler(*outcome)) bell.Ring();
  WritePlainCgiResponse(submission.answer(submission.work, outcome));
  return 0;
}

}  // namespace smsweb
