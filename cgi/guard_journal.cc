#include "cgi/guard_journal.h"

#include <utility>

namespace smsweb {
namespace {

constexpr std::chrono::seconds kWhile{10};

// Numbers and addresses are people's: the log does not have them.
bool IsShown(const GuardFinding& finding) {
  return finding.rule != "number" && finding.rule != "limit.number" &&
         finding.rule != "limit.address" && finding.rule != "limit.device";
}

}  // namespace

void GuardJournal::Tell(const GuardFinding& finding) {
  std::int64_t untold = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.Mono();
    const auto [place, fresh] =
        kinds_.try_emplace(finding.rule + (finding.dry_run ? "?" : ""));
    Kind& kind = place->second;
    // The operator hears of each pause.
    if (!fresh && !finding.begins && now - kind.told_at < kWhile) {
      ++kind.untold;
      return;
    }
    kind.told_at = now;
    untold = std::exchange(kind.untold, 0);
  }
  const std::string key = IsShown(finding) ? finding.key : "";
  log_.Warning(finding.dry_run ? "the guard would refuse codes (dry run)"
                               : "the guard refuses codes",
               {{"rule", finding.rule},
                {"of", key},
                {"why", finding.detail},
                {"and_before", untold}});
}

}  // namespace smsweb
