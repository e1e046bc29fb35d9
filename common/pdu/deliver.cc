#include "common/pdu/deliver.h"

#include <cstddef>
#include <utility>

#include "common/pdu/cursor.h"
#include "common/pdu/decode_error.h"
#include "common/pdu/first_octet.h"

namespace smsweb {
namespace {

constexpr std::uint8_t kMtiReserved = 0x03;

std::uint8_t FirstOctet(const Deliver& deliver) {
  std::uint8_t octet = kMtiDeliver;
  if (!deliver.more_messages) octet |= kNoMoreMessages;
  if (deliver.loop_prevention) octet |= kLoopPrevention;
  if (deliver.reports_to_sender) octet |= kReportFlag;
  if (!deliver.data.header.empty()) octet |= kUserDataHeader;
  if (deliver.reply_path) octet |= kReplyPath;
  return octet;
}

void ReadFlags(std::uint8_t first, Deliver& deliver) {
  deliver.more_messages = (first & kNoMoreMessages) == 0;
  deliver.loop_prevention = (first & kLoopPrevention) != 0;
  deliver.reports_to_sender = (first & kReportFlag) != 0;
  deliver.reply_path = (first & kReplyPath) != 0;
}

Result<void> AppendSender(const Address& sender,
                          std::vector<std::uint8_t>& octets) {
  if (!sender.value.empty()) return AppendAddress(sender, octets);
  octets.insert(octets.end(), {0, sender.type});
  return {};
}

// What stands behind the address.
Result<void> TakeBody(OctetCursor& cursor, std::uint8_t first,
                      Deliver& deliver) {
  const auto protocol = cursor.Take();
  const auto coding = cursor.Take();
  if (!protocol || !coding) return CutShort(cursor, "the TPDU");
  deliver.protocol = *protocol;
  const auto sent_at = TakeTimestamp(cursor, "the timestamp");
  if (!sent_at) return std::unexpected(sent_at.error());
  deliver.sent_at = *sent_at;
  auto data = TakeUserData(cursor, *coding, first & kUserDataHeader);
  if (!data) return std::unexpected(data.error());
  deliver.data = std::move(*data);
  return {};
}

}  // namespace

Result<EncodedPdu> EncodeDeliver(const Deliver& deliver) {
  EncodedPdu pdu;
  auto& octets = pdu.octets;
  auto put = AppendSmsc(deliver.smsc.value_or(Address{}), octets);
  if (!put) return std::unexpected(put.error());
  const std::size_t prefix = octets.size();
  octets.push_back(FirstOctet(deliver));
  put = AppendSender(deliver.sender, octets);
  if (!put) return std::unexpected(put.error());
  octets.push_back(deliver.protocol);
  octets.push_back(deliver.data.data_coding);
  const auto& sent_at = deliver.sent_at.octets;
  octets.insert(octets.end(), sent_at.begin(), sent_at.end());
  put = AppendUserData(deliver.data, octets);
  if (!put) return std::unexpected(put.error());
  pdu.tpdu_length = octets.size() - prefix;
  return pdu;
}

Result<Deliver> DecodeDeliver(std::span<const std::uint8_t> octets) {
  OctetCursor cursor(octets);
  Deliver deliver;
  auto smsc = TakeSmsc(cursor);
  if (!smsc) return std::unexpected(smsc.error());
  if (!smsc->value.empty()) deliver.smsc = std::move(*smsc);
  const std::size_t at = cursor.position();
  const auto first = cursor.Take();
  if (!first) return CutShort(cursor, "the TPDU");
  const auto type = *first & kMtiMask;
  if (type != kMtiDeliver && type != kMtiReserved) {
    return Fail(ErrorKind::kInvalid, At(at) + "not an SMS-DELIVER");
  }
  ReadFlags(*first, deliver);
  auto sender = TakeAddress(cursor, /*may_be_empty=*/true);
  if (!sender) return std::unexpected(sender.error());
  deliver.sender = std::move(*sender);
  if (auto body = TakeBody(cursor, *first, deliver); !body) {
    return std::unexpected(body.error());
  }
  return deliver;
}

}  // namespace smsweb
