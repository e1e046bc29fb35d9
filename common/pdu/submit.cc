#include "common/pdu/submit.h"

#include <cstddef>
#include <utility>

#include "common/pdu/cursor.h"
#include "common/pdu/decode_error.h"
#include "common/pdu/first_octet.h"

namespace smsweb {
namespace {

std::uint8_t FirstOctet(const Submit& submit) {
  std::uint8_t octet = kMtiSubmit;
  if (submit.reject_duplicates) octet |= kRejectDuplicates;
  if (submit.validity) {
    octet |= static_cast<std::uint8_t>(
        static_cast<unsigned>(submit.validity->format) << kVpfShift);
  }
  if (submit.status_report) octet |= kReportFlag;
  if (!submit.data.header.empty()) octet |= kUserDataHeader;
  if (submit.reply_path) octet |= kReplyPath;
  return octet;
}

Result<void> CheckPlace(const UserDataHeader& header) {
  for (const auto& element : header) {
    const bool concatenation = element.id == 0x00 || element.id == 0x08;
    if (!concatenation || FindConcatenation({element})) continue;
    return Fail(ErrorKind::kInvalid, "there is no such part");
  }
  return {};
}

void ReadFlags(std::uint8_t first, Submit& submit) {
  submit.reject_duplicates = (first & kRejectDuplicates) != 0;
  submit.status_report = (first & kReportFlag) != 0;
  submit.reply_path = (first & kReplyPath) != 0;
}

Result<void> TakeValidity(OctetCursor& cursor, std::uint8_t first,
                          Submit& submit) {
  const auto format = (first & kVpfMask) >> kVpfShift;
  if (format == 0) return {};
  const auto validity =
      TakeValidity(cursor, static_cast<Validity::Format>(format));
  if (!validity) return std::unexpected(validity.error());
  submit.validity = *validity;
  return {};
}

// What stands behind the address.
Result<void> TakeBody(OctetCursor& cursor, std::uint8_t first, Submit& submit) {
  const auto protocol = cursor.Take();
  const auto coding = cursor.Take();
  if (!protocol || !coding) return CutShort(cursor, "the TPDU");
  submit.protocol = *protocol;
  if (auto read = TakeValidity(cursor, first, submit); !read) return read;
  auto data = TakeUserData(cursor, *coding, first & kUserDataHeader);
  if (!data) return std::unexpected(data.error());
  submit.data = std::move(*data);
  if (cursor.remaining() == 0) return {};
  return Fail(ErrorKind::kInvalid,
              At(cursor.position()) + "octets behind the end");
}

}  // namespace

Result<EncodedPdu> EncodeSubmit(const Submit& submit) {
  EncodedPdu pdu;
  auto& octets = pdu.octets;
  octets.reserve(180);
  auto put = AppendSmsc(submit.smsc.value_or(Address{}), octets);
  const std::size_t prefix = octets.size();
  if (put) put = CheckPlace(submit.data.header);
  if (!put) return std::unexpected(put.error());
  octets.push_back(FirstOctet(submit));
  octets.push_back(submit.message_reference);
  put = AppendAddress(submit.recipient, octets);
  if (!put) return std::unexpected(put.error());
  octets.push_back(submit.protocol);
  octets.push_back(submit.data.data_coding);
  if (submit.validity) AppendValidity(*submit.validity, octets);
  put = AppendUserData(submit.data, octets);
  if (!put) return std::unexpected(put.error());
  pdu.tpdu_length = octets.size() - prefix;
  return pdu;
}

Result<Submit> DecodeSubmit(std::span<const std::uint8_t> octets) {
  OctetCursor cursor(octets);
  Submit submit;
  auto smsc = TakeSmsc(cursor);
  if (!smsc) return std::unexpected(smsc.error());
  if (!smsc->value.empty()) submit.smsc = std::move(*smsc);
  const std::size_t at = cursor.position();
  const auto first = cursor.Take();
  const auto reference = cursor.Take();
  if (!first || !reference) return CutShort(cursor, "the TPDU");
  if ((*first & kMtiMask) != kMtiSubmit) {
    return Fail(ErrorKind::kInvalid, At(at) + "not an SMS-SUBMIT");
  }
  ReadFlags(*first, submit);
  submit.message_reference = *reference;
  auto recipient = TakeAddress(cursor);
  if (!recipient) return std::unexpected(recipient.error());
  submit.recipient = std::move(*recipient);
  if (auto body = TakeBody(cursor, *first, submit); !body) {
    return std::unexpected(body.error());
  }
  return submit;
}

}  // namespace smsweb
