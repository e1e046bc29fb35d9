#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include "cgi/api.h"
#include "cgi/committer.h"
#include "cgi/doorbell.h"
#include "cgi/endpoint.h"
#include "cgi/fastcgi_server.h"
#include "cgi/import_gate.h"
#include "common/store/sqlite_store.h"

namespace smsweb {
namespace {

constexpr Millis kFinishLimit{5000};
constexpr int kWorkersPerImport = 4;
constexpr int kFreeMemoryKept = 16 << 20;  // bytes, of each thread

// A request whose messages are on their way to the disk.
struct PendingRequest : PendingInsert {
  std::shared_ptr<const FanOut> fan_out;
  FastCgiConnection* connection = nullptr;
};

// What each worker has to itself.
struct Worker {
  Worker(const EndpointContext& context, const Access& access,
         ImportGate& imports, std::unique_ptr<Store> store)
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
             .imports = imports}) {}

  std::unique_ptr<Store> reader;
  RecipientParser recipients;
  SendingWindows windows;
  Doorbell bell;
  Api api;
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
    pending->intake = std::move(submission.intake);
    pending->fan_out = std::move(submission.fan_out);
    pending->connection = connection;
    if (!committer.Submit(pending.get())) {
      return Problem(503, "overloaded", "too many requests wait for the disk");
    }
    (void)pending.release();  // the committer's callback takes it back
    return std::nullopt;
  };
}

void SendCommitted(const std::vector<PendingInsert*>& group, Doorbell& bell,
                   const Logger& log, FastCgiServer& server) {
  const auto failed = [](const PendingInsert* insert) {
    return !insert->outcome.has_value();
  };
  if (!std::ranges::all_of(group, failed)) bell.Ring();
  const auto failure = std::ranges::find_if(group, failed);
  if (failure != group.end()) {
    log.Error("the queue did not take messages",
              {{"count", std::ranges::count_if(group, failed)},
               {"error", (*failure)->outcome.error().message}});
  }
  std::vector<FastCgiServer::Answer> answers;
  answers.reserve(group.size());
  for (PendingInsert* insert : group) {
    const std::unique_ptr<PendingRequest> pending(
        static_cast<PendingRequest*>(insert));
    answers.push_back({pending->connection,
                       Api::Finish(pending->intake, pending->fan_out.get(),
                                   pending->outcome)});
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
  const Access access(config.endpoint.trusted_networks);

  // Connections are opened before the first request, so that a queue which
  // can't be had ends the start and not a request.
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < config.endpoint.workers + 1; ++i) {
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

  FastCgiServer server(
      {.workers = config.endpoint.workers,
       .max_connections = config.endpoint.max_connections,
       .bodies = {.plan =
                      [&](const Request& head) {
                        return PlanBodyOf(head, config.endpoint, access);
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
                      [&](const std::vector<PendingInsert*>& group) {
                        SendCommitted(group, bell, log, server);
                      });
  const auto started = server.Start([&] {
    auto worker = std::make_shared<Worker>(context, access, imports,
                                           std::move(stores.back()));
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
