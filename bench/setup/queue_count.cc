#include "bench/setup/queue_count.h"

#include <fmt/format.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "bench/setup/kinds.h"
#include "common/store/sqlite_store.h"

namespace smsweb::bench {
namespace {

// What this thread opens meanwhile, it opens as that user.
class FilesAs {
 public:
  explicit FilesAs(const std::optional<User>& user) : changed_(user) {
    if (!user) return;
    ::setfsgid(user->gid);
    ::setfsuid(user->uid);
  }
  FilesAs(const FilesAs&) = delete;
  FilesAs& operator=(const FilesAs&) = delete;
  ~FilesAs() {
    if (!changed_) return;
    ::setfsuid(::geteuid());
    ::setfsgid(::getegid());
  }

 private:
  bool changed_;
};

}  // namespace

// Opened for this one look: a connection that stays would keep in shape what
// programs that live for one request make anew each time, and so flatter them.
Result<QueueCount> CountSmswebQueue(const std::filesystem::path& queue,
                                    const std::optional<User>& user) {
  const FilesAs as_user(user);
  std::error_code ignored;
  if (!std::filesystem::exists(queue, ignored)) return QueueCount{};
  const auto stores = OpenSqliteStores(queue);
  if (!stores) return std::unexpected(stores.error());
  const auto counts = stores->queue->CountByState();
  if (!counts) return std::unexpected(counts.error());
  QueueCount count;
  for (const auto& [state, messages] : *counts) {
    count.messages += static_cast<std::uint64_t>(messages);
    count.states[std::string(ToString(state))] =
        static_cast<std::uint64_t>(messages);
  }
  return count;
}

Result<QueueCount> CountPaperQueue(const std::filesystem::path& programs,
                                   const std::filesystem::path& queue,
                                   const std::optional<User>& user) {
  const auto ended = Run({.arguments = {kPython, programs / "count.py"},
                          .environment = {{"PAPER_QUEUE", queue}},
                          .user = user},
                         std::chrono::minutes(2));
  if (!ended) return std::unexpected(ended.error());
  if (ended->exit_code == 0) return ReadQueueCount(ended->output);
  return Fail(ErrorKind::kUnavailable,
              fmt::format("count.py ended with {}; it said:\n{}",
                          ended->exit_code, ended->errors));
}

Result<QueueCount> ReadQueueCount(std::string_view json) {
  try {
    const auto value = nlohmann::json::parse(json);
    return QueueCount{
        .messages = value.at("messages").get<std::uint64_t>(),
        .states =
            value.at("states").get<std::map<std::string, std::uint64_t>>()};
  } catch (const nlohmann::json::exception&) {
    return Fail(ErrorKind::kInternal,
                "count.py did not print {\"messages\": N, \"states\": {...}}");
  }
}

}  // namespace smsweb::bench
