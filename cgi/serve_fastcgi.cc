#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "cgi/api.h"
#include "cgi/backlog_watch.h"
#include "cgi/committer.h"
#include "cgi/doorbell.h"
#include "cgi/endpoint.h"
#include "cgi/fastcgi_server.h"
#include "cgi/guard_journal.h"
#include "cgi/import_gate.h"
#include "common/store/sqlite_store.h"

namespace smsweb {
namespace {

constexpr Millis kFinishLimit{5000};
constexpr int kWorkersPerImport = 4;
constexpr int kFreeMemoryKept = 16 << 20;  // bytes, of each thread

// A request whose work is on its way to the disk.
struct PendingRequest : PendingChange {
  Answer answer;
  FastCgiConnection* connection = nullptr;
};

// What each worker has to itself.
struct Worker {
  Worker(const EndpointContext& context, const Access& access,
         ImportGate& imports, GuardJournal& journal, BacklogWatch& backlog,
         std::unique_ptr<Store> store)
      : reader(std::move(store)),
        recipients(MakeRecipientParser(context.config.message)),
        windows(context.config),
        bell(context.config, context.log),
        api({.config = context.config,
             .access = access,
             .recipients = recipients,
             .windows = windows,
             .store = *reader,
             .clock = context.clock,
             .random = context.random,
             .ring = [this] { bell.Ring(); },
             .imports = imports,
             .facts = facts,
             .backlog = backlog,
             .keys = context.keys,
             .tell =
                 [&journal](const GuardFinding& finding) {
                   journal.Tell(finding);
                 }}) {}

  std::unique_ptr<Store> reader;
  RecipientParser recipients;
  SendingWindows windows;
  NumberFacts facts;
  Doorbell bell;
  Api api;
};

// Asked before the body of an import is taken in, by whichever thread reads it.
class ImportDoor {
 public:
  ImportDoor(const Access& access, std::unique_ptr<Store> store,
             const Clock& clock)
      : access_(access), store_(std::move(store)), clock_(clock) {}

  bool MayImport(const Request& head) {
    if (!access_.MayBeSomebody(head)) return false;
    const std::lock_guard lock(mutex_);
    const auto client = access_.Authorize(head, *store_, clock_.Wall());
    return client && client->May(Scope::kSend) && client->limits.empty();
  }

 private:
  const Access& access_;
  std::mutex mutex_;
  const std::unique_ptr<Store> store_;
  const Clock& clock_;
};

FastCgiServer::Handler MakeHandler(std::shared_ptr<Worker> worker,
                                   Committer& committer) {
  return [worker = std::move(worker), &committer](
             const Request& request,
             FastCgiConnection* connection) -> std::optional<Response> {
    Step step = worker->api.Begin(request);
    if (auto* response = std::get_if<Response>(&step)) {
      return std::move(*response);
    }
    auto pending = std::make_unique<PendingRequest>();
    auto& submission = std::get<Submission>(step);
    pending->work = std::move(submission.work);
    pending->answer = std::move(submission.answer);
    pending->connection = connection;
    if (!committer.Submit(pending.get())) {
      return Problem(503, "overloaded", "too many requests wait for the disk");
    }
    (void)pending.release();  // the committer's callback takes it back
    return std::nullopt;
  };
}

void SendCommitted(const std::vector<PendingChange*>& group, Doorbell& bell,
                   const Logger& log, FastCgiServer& server) {
  const auto failed = [](const PendingChange* change) {
    return !change->outcome.has_value();
  };
  const bool news = std::ranges::any_of(group, [](const PendingChange* change) {
    return change->outcome && IsForSpooler(*change->outcome);
  });
  if (news) bell.Ring();
  const auto failure = std::ranges::find_if(group, failed);
  if (failure != group.end()) {
    log.Error("the queue did not take messages",
              {{"count", std::ranges::count_if(group, failed)},
               {"error", (*failure)->outcome.error().message}});
  }
  std::vector<FastCgiServer::Answer> answers;
  answers.reserve(group.size());
  for (PendingChange* change : group) {
    const std::unique_ptr<PendingRequest> pending(
        static_cast<PendingRequest*>(change));
    answers.push_back({pending->connection,
                       pending->answer(pending->work, pending->outcome)});
  }
  server.SendLater(std::move(answers));
}

// libfcgi has new buffers for each request. Where malloc gives back to the
// kernel what one request freed, the next must fetch it again, page by page.
void KeepFreedMemory() { ::mallopt(M_TRIM_THRESHOLD, kFreeMemoryKept); }

int WaitForSignal(const sigset_t& signals) {
  int caught = 0;
  while (sigwait(&signals, &caught) != 0) {
  }
  return caught;
}

}  // namespace

int ServeFastCgi(const EndpointContext& context,
                 std::vector<UniqueFd> listeners,
                 const sigset_t& ending_signals) {
  KeepFreedMemory();
  const Config& config = context.config;
  const Logger& log = context.log;
  const Access access(config.endpoint);
  GuardJournal journal(context.log, context.clock);
  BacklogWatch backlog(context.clock);

  // Connections are opened before the first request, so that a queue which
  // can't be had ends the start and not a request.
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < config.endpoint.workers + 2; ++i) {
    auto opened = OpenSqliteStores(
        config.store.path, {.keep_texts = config.retention.texts.count() > 0});
    if (!opened) {
      log.Error("can't open the queue", {{"error", opened.error().message}});
      return 1;
    }
    stores.push_back(std::move(opened->queue));
  }
  const std::unique_ptr<Store> writer = std::move(stores.back());
  stores.pop_back();
  ImportDoor door(access, std::move(stores.back()), context.clock);
  stores.pop_back();

  FastCgiServer server(
      {.workers = config.endpoint.workers,
       .max_connections = config.endpoint.max_connections,
       .bodies = {.plan =
                      [&](const Request& head) {
                        return PlanBodyOf(head, config.endpoint,
                                          [&](const Request& request) {
                                            return door.MayImport(request);
                                          });
                      },
                  .spool_folder =
                      std::filesystem::path(config.store.path).parent_path(),
                  .not_stored =
                      [&](const Error& error) {
                        log.Error("a request's body could not be kept",
                                  {{"error", error.message}});
                      }}},
      std::move(listeners));
  Doorbell bell(config, log);
  ImportGate imports(std::max(1, config.endpoint.workers / kWorkersPerImport));
  Committer committer(*writer,
                      static_cast<std::size_t>(config.endpoint.max_waiting),
                      [&](const std::vector<PendingChange*>& group) {
                        SendCommitted(group, bell, log, server);
                      });
  const auto started = server.Start([&] {
    auto worker = std::make_shared<Worker>(context, access, imports, journal,
                                           backlog, std::move(stores.back()));
    stores.pop_back();
    return MakeHandler(std::move(worker), committer);
  });
  if (!started) {
    log.Error("can't start", {{"error", started.error().message}});
    return 1;
  }
  log.Info("ready", {{"mode", "FastCGI"}, {"queue", config.store.path}});
  const int caught = WaitForSignal(ending_signals);
  log.Info("ending", {{"signal", caught}});
  imports.Close();
  if (!server.Stop(kFinishLimit)) {
    log.Error("requests were not finished in time");
    std::_Exit(1);  // a disk that hangs would hang the committer, too
  }
  return 0;
}

}  // namespace smsweb
