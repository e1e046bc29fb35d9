#include "daemon/reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "common/pdu/delivery_status.h"

namespace smsweb {
namespace {

using std::chrono::minutes;

// By how much the clock of a service centre may differ from ours. Some are off
// by whole hours: what they say is used only to choose between parts that fit.
constexpr Millis kClocksDiffer = minutes(2);
// A message whose answer was lost came to the service centre within this time,
// or never did.
constexpr Millis kOnItsWay = minutes(10);
// So many digits at the end make a number the same; fewer are a short code.
constexpr std::size_t kFewestDigits = 6;

std::string_view Significant(std::string_view number) {
  if (number.starts_with('+')) number.remove_prefix(1);
  const auto first = number.find_first_not_of('0');
  return first == std::string_view::npos ? number : number.substr(first);
}

bool MayHaveGone(const Part& part) {
  return part.state == PartState::kAccepted ||
         part.state == PartState::kUnknown;
}

bool IsOpen(const Part& part) {
  return part.report_status < 0 ||
         !IsFinal(ReadDeliveryStatus(part.report_status));
}

bool IsReported(const Part& part) {
  return part.report_status >= 0 && MayHaveGone(part);
}

// kTrying leaves it open; of kCompleted nobody can say how it ended.
bool SaysFailed(const Part& part) {
  if (!IsReported(part)) return false;
  const auto status = ReadDeliveryStatus(part.report_status);
  return status == DeliveryStatus::kFailed ||
         status == DeliveryStatus::kReserved;
}

// Reports of SIMs that nobody could read: the modem stands for its SIM.
bool SameSim(const NewReport& report, const Part& part) {
  return report.sim == part.sim &&
         (!report.sim.empty() || report.modem == part.modem);
}

struct Candidate {
  ReportedPart part;
  WallTime sent_at;
};

std::vector<Candidate> Candidates(const NewReport& report,
                                  std::span<const Message> awaiting,
                                  int reference) {
  std::vector<Candidate> found;
  for (const Message& message : awaiting) {
    if (!SameAddress(message.recipient, report.recipient)) continue;
    for (const Part& part : message.part_records) {
      const bool fits = MayHaveGone(part) && IsOpen(part) &&
                        part.message_reference == reference &&
                        SameSim(report, part) &&
                        part.intended_at <= report.received_at &&
                        part.intended_at + kReportWindow > report.received_at;
      if (fits) found.push_back({{&message, part.number}, part.intended_at});
    }
  }
  // The end of a number may be a short code, to which one was sent as well.
  const auto exact = [&](const Candidate& candidate) {
    return candidate.part.message->recipient == report.recipient;
  };
  if (std::ranges::any_of(found, exact))
    std::erase_if(found, std::not_fn(exact));
  std::ranges::sort(found, std::ranges::greater(), &Candidate::sent_at);
  return found;
}

// The reference has come round: the newest that the service centre can have had
// when it says it had it; if its clock fits none of them, the newest.
std::optional<ReportedPart> Newest(const NewReport& report,
                                   const std::vector<Candidate>& candidates) {
  if (candidates.empty()) return std::nullopt;
  const auto in_time = std::ranges::find_if(candidates, [&](const auto& c) {
    return c.sent_at <= report.sent_at + kClocksDiffer;
  });
  return in_time == candidates.end() ? candidates.front().part : in_time->part;
}

std::optional<ReportedPart> OnlyUnknown(
    const NewReport& report, const std::vector<Candidate>& candidates) {
  if (candidates.size() != 1) return std::nullopt;
  const WallTime sent_at = candidates.front().sent_at;
  const bool in_time = report.sent_at >= sent_at - kClocksDiffer &&
                       report.sent_at <= sent_at + kOnItsWay;
  if (!in_time) return std::nullopt;
  return candidates.front().part;
}

}  // namespace

bool SameAddress(std::string_view a, std::string_view b) {
  if (a == b) return true;
  a = Significant(a);
  b = Significant(b);
  if (a == b) return true;
  const auto shorter = std::min(a.size(), b.size());
  return shorter >= kFewestDigits && (a.ends_with(b) || b.ends_with(a));
}

std::optional<ReportedPart> FindReported(const NewReport& report,
                                         std::span<const Message> awaiting,
                                         bool in_flight) {
  if (report.message_reference < 0) return std::nullopt;
  if (const auto known = Newest(
          report, Candidates(report, awaiting, report.message_reference))) {
    return known;
  }
  if (in_flight) return std::nullopt;
  return OnlyUnknown(report, Candidates(report, awaiting, -1));
}

std::optional<MessageState> StateFromReports(const Message& message) {
  if (std::ranges::any_of(message.part_records, SaysFailed)) {
    return MessageState::kUndelivered;
  }
  int delivered = 0;
  int taken = 0;
  for (const Part& part : message.part_records) {
    const bool reported = IsReported(part);
    taken += reported || part.state == PartState::kAccepted ? 1 : 0;
    const bool arrived = reported && ReadDeliveryStatus(part.report_status) ==
                                         DeliveryStatus::kDelivered;
    delivered += arrived ? 1 : 0;
  }
  if (delivered == message.parts) return MessageState::kDelivered;
  const bool whole = taken == message.parts;
  if (whole && message.state == MessageState::kUnknown) {
    return MessageState::kSent;  // a report comes of what was taken
  }
  return std::nullopt;
}

Settlement SettleFromReports(const Message& message, WallTime now) {
  Settlement settlement{.report = kNoReport,
                        .sequence = message.sequence,
                        .to = StateFromReports(message),
                        .at = now};
  if (settlement.to != MessageState::kUndelivered) return settlement;
  const auto failed = std::ranges::find_if(message.part_records, SaysFailed);
  settlement.error =
      fmt::format("status report {:#04x}: {}", failed->report_status,
                  DescribeDeliveryStatus(failed->report_status));
  return settlement;
}

Settlement Settle(const NewReport& report, Message& message, int number,
                  WallTime now) {
  for (Part& part : message.part_records) {
    if (part.number != number) continue;
    part.report_status = report.status;
    part.reported_at = report.received_at;
  }
  Settlement settlement = SettleFromReports(message, now);
  settlement.report = report.fingerprint;
  settlement.number = number;
  settlement.status = report.status;
  settlement.final = IsFinal(ReadDeliveryStatus(report.status));
  return settlement;
}

}  // namespace smsweb
