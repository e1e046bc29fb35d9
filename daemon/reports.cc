#include "daemon/reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

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
         DeliveryOf(part.report_status) == Delivery::kPending;
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

// Reserved values count as "service rejected"; those of a service centre's own
// say only whether it goes on.
Delivery DeliveryOf(int status) {
  if (status == 0x00) return Delivery::kDelivered;
  if (status == 0x02) return Delivery::kUndelivered;  // replaced by another
  if (status == 0x01 || (status >= 0x10 && status <= 0x1F)) {
    return Delivery::kUnconfirmed;
  }
  if (status >= 0x20 && status <= 0x3F) return Delivery::kPending;
  return Delivery::kUndelivered;
}

std::string DescribeStatus(int status) {
  struct Named {
    int status;
    const char* what;
  };
  constexpr Named kNames[] = {
      {0x02, "the service centre replaced it"},
      {0x40, "remote procedure error"},
      {0x41, "incompatible destination"},
      {0x42, "the phone rejected it"},
      {0x43, "not obtainable"},
      {0x44, "quality of service not available"},
      {0x45, "no interworking available"},
      {0x46, "its validity period ended"},
      {0x47, "deleted by its sender"},
      {0x48, "deleted by the service centre"},
      {0x49, "the service centre does not have it"},
      {0x60, "congestion"},
      {0x61, "the phone was busy"},
      {0x62, "no answer from the phone"},
      {0x63, "service rejected"},
      {0x64, "quality of service not available"},
      {0x65, "error in the phone"},
  };
  const auto* known = std::ranges::find(kNames, status, &Named::status);
  const char* what = known == std::end(kNames) ? "not delivered" : known->what;
  return fmt::format("status report {:#04x}: {}", status, what);
}

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
  int delivered = 0;
  int taken = 0;
  for (const Part& part : message.part_records) {
    const bool reported = part.report_status >= 0 && MayHaveGone(part);
    taken += reported || part.state == PartState::kAccepted ? 1 : 0;
    if (!reported) continue;
    switch (DeliveryOf(part.report_status)) {
      case Delivery::kUndelivered:
        return MessageState::kUndelivered;
      case Delivery::kDelivered:
        ++delivered;
        break;
      case Delivery::kPending:
      case Delivery::kUnconfirmed:
        break;
    }
  }
  if (delivered == message.parts) return MessageState::kDelivered;
  const bool whole = taken == message.parts;
  if (whole && message.state == MessageState::kUnknown) {
    return MessageState::kSent;  // a report comes of what was taken
  }
  return std::nullopt;
}

Settlement Settle(const NewReport& report, Message& message, int number,
                  WallTime now) {
  for (Part& part : message.part_records) {
    if (part.number != number) continue;
    part.report_status = report.status;
    part.reported_at = report.received_at;
  }
  Settlement settlement{
      .report = report.fingerprint,
      .sequence = message.sequence,
      .number = number,
      .status = report.status,
      .final = DeliveryOf(report.status) != Delivery::kPending,
      .to = StateFromReports(message),
      .at = now};
  if (settlement.to == MessageState::kUndelivered) {
    settlement.error = DescribeStatus(report.status);
  }
  return settlement;
}

}  // namespace smsweb
