#include "common/pdu/status_report.h"

#include <cstddef>
#include <utility>

#include "common/pdu/cursor.h"
#include "common/pdu/decode_error.h"
#include "common/pdu/first_octet.h"

namespace smsweb {
namespace {

// TP-PI
constexpr std::uint8_t kHasProtocol = 0x01;
constexpr std::uint8_t kHasCoding = 0x02;
constexpr std::uint8_t kHasData = 0x04;
constexpr std::uint8_t kMoreIndicators = 0x80;

std::uint8_t FirstOctet(const StatusReport& report) {
  std::uint8_t octet = kMtiStatusReport;
  if (!report.more_messages) octet |= kNoMoreMessages;
  if (report.loop_prevention) octet |= kLoopPrevention;
  if (report.of_command) octet |= kReportFlag;
  if (report.data && !report.data->header.empty()) octet |= kUserDataHeader;
  return octet;
}

void ReadFlags(std::uint8_t first, StatusReport& report) {
  report.more_messages = (first & kNoMoreMessages) == 0;
  report.loop_prevention = (first & kLoopPrevention) != 0;
  report.of_command = (first & kReportFlag) != 0;
}

void AppendTime(const Timestamp& time, std::vector<std::uint8_t>& octets) {
  octets.insert(octets.end(), time.octets.begin(), time.octets.end());
}

// Without TP-DCS, user data is in the default alphabet.
std::optional<std::uint8_t> CodingToSay(const StatusReport& report) {
  if (!report.data) return report.data_coding;
  const bool said = report.data->data_coding != 0 || report.data_coding;
  return said ? std::optional(report.data->data_coding) : std::nullopt;
}

Result<void> AppendTail(const StatusReport& report,
                        std::vector<std::uint8_t>& octets) {
  const auto coding = CodingToSay(report);
  std::uint8_t indicator = 0;
  if (report.protocol) indicator |= kHasProtocol;
  if (coding) indicator |= kHasCoding;
  if (report.data) indicator |= kHasData;
  if (indicator == 0) return {};
  octets.push_back(indicator);
  if (report.protocol) octets.push_back(*report.protocol);
  if (coding) octets.push_back(*coding);
  return report.data ? AppendUserData(*report.data, octets) : Result<void>();
}

// The first indicator; those behind it announce nothing that is known.
std::optional<std::uint8_t> TakeIndicator(OctetCursor& cursor) {
  const auto first = cursor.Take();
  auto next = first;
  while (next && (*next & kMoreIndicators)) next = cursor.Take();
  return next ? first : std::nullopt;
}

// Fills `report` as far as the tail can be read.
void TakeTail(OctetCursor& cursor, bool has_header, StatusReport& report) {
  const auto indicator = TakeIndicator(cursor);
  if (!indicator) return;
  if (*indicator & kHasProtocol) report.protocol = cursor.Take();
  if (*indicator & kHasCoding) report.data_coding = cursor.Take();
  if (!(*indicator & kHasData) || cursor.remaining() == 0) return;
  auto data = TakeUserData(cursor, report.data_coding.value_or(0), has_header);
  if (data) report.data = std::move(*data);
}

Result<void> TakeTimes(OctetCursor& cursor, StatusReport& report) {
  const auto sent_at = TakeTimestamp(cursor, "the timestamp");
  if (!sent_at) return std::unexpected(sent_at.error());
  const auto discharged_at = TakeTimestamp(cursor, "the discharge time");
  if (!discharged_at) return std::unexpected(discharged_at.error());
  report.sent_at = *sent_at;
  report.discharged_at = *discharged_at;
  return {};
}

// From the address to the status.
Result<void> TakeBody(OctetCursor& cursor, StatusReport& report) {
  auto recipient = TakeAddress(cursor, /*may_be_empty=*/true);
  if (!recipient) return std::unexpected(recipient.error());
  report.recipient = std::move(*recipient);
  if (auto times = TakeTimes(cursor, report); !times) return times;
  const auto status = cursor.Take();
  if (!status) return CutShort(cursor, "the TPDU");
  report.status = *status;
  return {};
}

}  // namespace

Result<EncodedPdu> EncodeStatusReport(const StatusReport& report) {
  EncodedPdu pdu;
  auto& octets = pdu.octets;
  auto put = AppendSmsc(report.smsc.value_or(Address{}), octets);
  if (!put) return std::unexpected(put.error());
  const std::size_t prefix = octets.size();
  octets.push_back(FirstOctet(report));
  octets.push_back(report.message_reference);
  put = AppendAddress(report.recipient, octets);
  if (!put) return std::unexpected(put.error());
  AppendTime(report.sent_at, octets);
  AppendTime(report.discharged_at, octets);
  octets.push_back(report.status);
  put = AppendTail(report, octets);
  if (!put) return std::unexpected(put.error());
  pdu.tpdu_length = octets.size() - prefix;
  return pdu;
}

Result<StatusReport> DecodeStatusReport(std::span<const std::uint8_t> octets) {
  OctetCursor cursor(octets);
  StatusReport report;
  auto smsc = TakeSmsc(cursor);
  if (!smsc) return std::unexpected(smsc.error());
  if (!smsc->value.empty()) report.smsc = std::move(*smsc);
  const std::size_t at = cursor.position();
  const auto first = cursor.Take();
  const auto reference = cursor.Take();
  if (!first || !reference) return CutShort(cursor, "the TPDU");
  if ((*first & kMtiMask) != kMtiStatusReport) {
    return Fail(ErrorKind::kInvalid, At(at) + "not an SMS-STATUS-REPORT");
  }
  ReadFlags(*first, report);
  report.message_reference = *reference;
  if (auto body = TakeBody(cursor, report); !body) {
    return std::unexpected(body.error());
  }
  TakeTail(cursor, *first & kUserDataHeader, report);
  return report;
}

}  // namespace smsweb
