// A rule a cause: what in the evidence speaks for it, how directly, and how
// many of the failures it would explain. causes.cc asks them all and ranks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/ceiling/ceiling.h"
#include "bench/ceiling/failures.h"

namespace smsweb::bench {

// How directly evidence speaks.
enum class Weight : std::uint8_t {
  kSaid,     // whoever failed names it: a log, an errno, an answer's code
  kCounted,  // a counter grew, or a clock ran out, that goes with it
  kFits,     // it would look like this, and other things would, too
};

struct Finding {
  Cause cause;
  Weight weight = Weight::kFits;
  std::uint64_t explains = 0;  // failures; 0: it was there beside them
};
using MaybeFinding = std::optional<Finding>;

// client_causes.cc
MaybeFinding ClientDescriptors(const Evidence& evidence);
MaybeFinding ClientPorts(const Evidence& evidence);
// web_server_causes.cc
MaybeFinding ListenQueue(const Evidence& evidence);
MaybeFinding WebWorkers(const Evidence& evidence);
MaybeFinding WebConnections(const Evidence& evidence);
MaybeFinding UpstreamQueue(const Evidence& evidence);
MaybeFinding ProcessDescriptors(const Evidence& evidence);
// program_causes.cc
MaybeFinding DatabaseLocked(const Evidence& evidence);
MaybeFinding OverloadAnswer(const Evidence& evidence);
MaybeFinding ProgramEnded(const Evidence& evidence);
MaybeFinding ProgramFailed(const Evidence& evidence);
MaybeFinding MessagesLost(const Evidence& evidence);
// machine_causes.cc
MaybeFinding Memory(const Evidence& evidence);
MaybeFinding TimeOut(const Evidence& evidence);

// Where a person reads on.
inline constexpr std::string_view kSizesDocument =
    "docs/web-servers.md, \"How the sizes depend on each other\"";

// `lines`, and "3 answers said "CODE"" if any did.
std::vector<std::string> WithCode(std::vector<std::string> lines,
                                  std::uint64_t count, std::string_view code);

// A size of the set-up by the first of these names that it has; 0: none.
std::int64_t SizeOf(const Evidence& evidence,
                    std::initializer_list<std::string_view> names);
// "4,096", "not known".
std::string SettingOf(const Evidence& evidence, const std::string& name);
// What the web server's listen queue holds: its backlog, cut to
// net.core.somaxconn. 0: not known.
std::uint64_t BacklogOf(const Evidence& evidence);
// The server and the load had next to all of the machine's processors.
bool IsBusy(const Evidence& evidence);
// How long the last of all that are there at once would wait, at the rate at
// which they were answered. 0: none was.
double SecondsAtRate(const Evidence& evidence);
// That alone is longer than the client's patience.
bool IsTooSlow(const Evidence& evidence);
// The kernel dropped connections since the listen queue was full.
bool HasOverflowed(const Evidence& evidence);

}  // namespace smsweb::bench
