#include <fmt/format.h>

#include <utility>

#include "bench/ceiling/reproduce.h"
#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr std::uint64_t kPapersLimit = 256;  // of descriptors, for ab
constexpr std::uint64_t kMovedLimit = 1024;
constexpr std::uint64_t kServersOtherLimit = 1024;
constexpr int kAttempts = 3;

// Limits of descriptors.
struct Limits {
  std::uint64_t client = 0;
  std::uint64_t server = 0;  // 0: not ours
};

std::string ServerInWords(const Limits& limits) {
  if (limits.server == 0) return {};
  return fmt::format(", {} for the server", Grouped(limits.server));
}

std::string InWords(const Reproduction::Trial& trial) {
  return fmt::format("{} at once: {}{}", Grouped(trial.concurrency),
                     trial.completed ? "completes" : "does not complete",
                     trial.words.empty() ? "" : ", " + trial.words);
}

class Reproducer {
 public:
  Reproducer(const AbTrials& ab, const Say& say, Reproduction& record)
      : ab_(ab), say_(say), record_(record) {}

  // The paper's numbers; and this ab's, where they are others.
  Result<void> TryPapersLimit(const Limits& limits) {
    if (auto tried = TryBothSides(limits); !tried) return tried;
    if (record_.AsSaid()) return {};
    const auto own = FindOwnDescriptors(limits);
    if (!own) return std::unexpected(own.error());
    if (*own == own_descriptors_) return {};
    own_descriptors_ = *own;
    return TryBothSides(limits);
  }

  // As many as are left, and one more.
  Result<void> TryBothSides(const Limits& limits) {
    const std::uint64_t left = limits.client - own_descriptors_;
    if (auto tried = Try(limits, left, true); !tried) return tried;
    return Try(limits, left + 1, false);
  }

 private:
  Result<void> Try(const Limits& limits, std::uint64_t concurrency,
                   bool expected) {
    const auto run = RunUntilItSays(limits, concurrency);
    if (!run) return std::unexpected(run.error());
    record_.trials.push_back({.what = WhatIsTried(limits),
                              .command = run->command,
                              .client_descriptors = limits.client,
                              .server_descriptors = limits.server,
                              .concurrency = concurrency,
                              .completed = run->completed,
                              .words = run->words,
                              .expected = expected});
    if (say_) say_(WhatIsTried(limits) + ": " + InWords(record_.trials.back()));
    return {};
  }

  std::string WhatIsTried(const Limits& limits) const {
    return fmt::format(
        "{} descriptors for ab{}: {} are its own, {} are left for connections",
        Grouped(limits.client), ServerInWords(limits), own_descriptors_,
        Grouped(limits.client - own_descriptors_));
  }

  Result<AbRun> RunUntilItSays(const Limits& limits,
                               std::uint64_t concurrency) {
    std::string before;
    for (int i = 0; i < kAttempts; ++i) {
      auto run = ab_.run(record_.url, concurrency, limits.client);
      if (!run) return run;
      if (run->completed || run->out_of_descriptors) {
        run->words += before;
        return run;
      }
      before += fmt::format("{}attempt {} ended in \"{}\"",
                            before.empty() ? "; before that " : ", ", i + 1,
                            run->words);
    }
    return Fail(
        ErrorKind::kUnavailable,
        fmt::format("ab -c {} at {} says neither that it is done nor that it "
                    "has too many open files{}: look at the server's log, or "
                    "take --url with a static page",
                    concurrency, record_.url, before));
  }

  // By bisection between one connection and one for each descriptor.
  Result<std::uint64_t> FindOwnDescriptors(const Limits& limits) {
    std::uint64_t completes = 0;
    std::uint64_t fails = limits.client + 1;
    while (fails - completes > 1) {
      const std::uint64_t middle = completes + (fails - completes) / 2;
      const auto run = RunUntilItSays(limits, middle);
      if (!run) return std::unexpected(run.error());
      (run->completed ? completes : fails) = middle;
    }
    if (say_) {
      say_(
          fmt::format("this ab has {} descriptors of its own, not {}: with {} "
                      "its ceiling is {}",
                      limits.client - completes, own_descriptors_,
                      Grouped(limits.client), Grouped(completes)));
    }
    return limits.client - completes;
  }

  const AbTrials& ab_;
  const Say& say_;
  Reproduction& record_;
  std::uint64_t own_descriptors_ = kDescriptorsOfAb;
};

// "http://host" is none for ab.
std::string WithPath(std::string url) {
  const auto scheme = url.find("://");
  const auto host = scheme == url.npos ? 0 : scheme + 3;
  if (url.find('/', host) == url.npos) url += '/';
  return url;
}

// Brings the server up with this limit, if it is ours.
Result<void> Start(const Reproduce252Plan& plan, std::uint64_t descriptors,
                   Reproduction& record) {
  Result<std::string> url = plan.url;
  if (plan.start) url = plan.start(descriptors);
  if (!url) return std::unexpected(url.error());
  record.url = WithPath(std::move(*url));
  return {};
}

Result<void> TryClientLimits(Reproducer& reproducer, std::uint64_t hard_limit,
                             std::uint64_t server_limit, const Say& say) {
  if (auto tried = reproducer.TryPapersLimit({kPapersLimit, server_limit});
      !tried) {
    return tried;
  }
  if (hard_limit >= kMovedLimit) {
    return reproducer.TryBothSides({kMovedLimit, server_limit});
  }
  if (say) {
    say(
        fmt::format("{} descriptors for ab are left out: our own hard limit is "
                    "{} (ulimit -Hn)",
                    Grouped(kMovedLimit), Grouped(hard_limit)));
  }
  return {};
}

Result<void> TryServerLimit(Reproducer& reproducer,
                            const Reproduce252Plan& plan, Reproduction& record,
                            const Say& say) {
  if (!plan.start) {
    if (say) {
      say("The server's limit is left as it is: with --url it is not ours to "
          "start.");
    }
    return {};
  }
  if (auto started = Start(plan, kServersOtherLimit, record); !started) {
    return started;
  }
  return reproducer.TryBothSides({kPapersLimit, kServersOtherLimit});
}

std::string WhatIsWrong(const Reproduce252Plan& plan, const AbTrials& ab) {
  if (plan.url.empty() && !plan.start) {
    return "there is no server to ask: give a URL";
  }
  if (ab.hard_limit < kPapersLimit) {
    return fmt::format(
        "ab can't have {} descriptors where the hard limit is "
        "{}: raise it (ulimit -Hn)",
        kPapersLimit, ab.hard_limit);
  }
  return {};
}

}  // namespace

Result<Reproduction> Reproduce252(const Reproduce252Plan& plan,
                                  const AbTrials& ab, const Say& say) {
  if (const std::string wrong = WhatIsWrong(plan, ab); !wrong.empty()) {
    return Fail(ErrorKind::kInvalid, "reproduce-252: " + wrong);
  }
  Reproduction record{
      .url = {}, .server = plan.server, .trials = {}, .skipped = {}};
  Reproducer reproducer(ab, say, record);
  const std::uint64_t server_limit = plan.start ? ab.hard_limit : 0;
  if (auto started = Start(plan, server_limit, record); !started) {
    return std::unexpected(started.error());
  }
  if (auto tried =
          TryClientLimits(reproducer, ab.hard_limit, server_limit, say);
      !tried) {
    return std::unexpected(tried.error());
  }
  if (auto tried = TryServerLimit(reproducer, plan, record, say); !tried) {
    return std::unexpected(tried.error());
  }
  return record;
}

}  // namespace smsweb::bench
