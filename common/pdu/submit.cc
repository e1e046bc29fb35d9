#include "common/pdu/submit.h"

#include <string_view>
#include <utility>

#include "common/pdu/address.h"
#include "common/pdu/cursor.h"
#include "common/pdu/decode_error.h"
#include "common/pdu/gsm7.h"
#include "common/pdu/ucs2.h"
#include "common/pdu/validity.h"

namespace smsweb {
namespace {

// First octet, TS 23.040 § 9.2.2.2.
constexpr std::uint8_t kMtiMask = 0x03;
constexpr std::uint8_t kMtiSubmit = 0x01;
constexpr std::uint8_t kRejectDuplicates = 0x04;
constexpr std::uint8_t kVpfMask = 0x18;
constexpr std::uint8_t kVpfRelative = 0x10;
constexpr std::uint8_t kStatusReport = 0x20;
constexpr std::uint8_t kUserDataHeader = 0x40;

// TP-DCS, TS 23.038 § 4.
constexpr std::uint8_t kDcsGsm7 = 0x00;
constexpr std::uint8_t kDcsUcs2 = 0x08;

// Information elements, TS 23.040 § 9.2.3.24.
constexpr std::uint8_t kConcatenation8 = 0x00;
constexpr std::uint8_t kConcatenation16 = 0x08;
constexpr std::size_t kConcatenationHeader = 6;

constexpr std::size_t kMaxUserData = 140;

// ---- encoding ----

std::uint8_t FirstOctet(const Submit& submit) {
  std::uint8_t octet = kMtiSubmit;
  if (submit.reject_duplicates) octet |= kRejectDuplicates;
  if (submit.validity) octet |= kVpfRelative;
  if (submit.status_report) octet |= kStatusReport;
  if (submit.concatenation) octet |= kUserDataHeader;
  return octet;
}

Result<void> CheckConcatenation(const Concatenation& part) {
  if (part.reference > 0xFF) {
    return Fail(ErrorKind::kInvalid, "a reference is at most 255");
  }
  if (part.number == 0 || part.number > part.total) {
    return Fail(ErrorKind::kInvalid, "there is no part " +
                                         std::to_string(part.number) + " of " +
                                         std::to_string(part.total));
  }
  return {};
}

Result<void> CheckSegment(const Submit& submit) {
  const auto& units = submit.segment.units;
  const bool concatenated = submit.concatenation.has_value();
  if (units.size() > PartCapacity({submit.alphabet}, concatenated)) {
    return Fail(ErrorKind::kInvalid, "the text does not fit into one part");
  }
  if (submit.alphabet == Alphabet::kUcs2 && units.size() % 2 != 0) {
    return Fail(ErrorKind::kInvalid, "UCS-2 has two octets a code unit");
  }
  return {};
}

void AppendUserData(const Submit& submit, std::vector<std::uint8_t>& octets) {
  const bool gsm7 = submit.alphabet == Alphabet::kGsm7;
  const auto& units = submit.segment.units;
  const std::size_t header = submit.concatenation ? kConcatenationHeader : 0;
  const std::size_t header_units = gsm7 ? (header * 8 + 6) / 7 : header;
  octets.push_back(static_cast<std::uint8_t>(header_units + units.size()));
  if (const auto& part = submit.concatenation) {
    const auto reference = static_cast<std::uint8_t>(part->reference);
    octets.insert(octets.end(), {5, kConcatenation8, 3, reference, part->total,
                                 part->number});
  }
  if (!gsm7) {
    octets.insert(octets.end(), units.begin(), units.end());
    return;
  }
  const auto packed = PackSeptets(units, FillBits(header));
  octets.insert(octets.end(), packed.begin(), packed.end());
}

// ---- decoding ----

// TP-DCS, TS 23.038 § 4. Reserved codings are read as the default alphabet,
// as § 4 asks.
Result<Alphabet> ReadCoding(std::uint8_t dcs, std::size_t at) {
  const unsigned group = dcs >> 4;
  if (group < 8) {
    if (dcs & 0x20)
      return Fail(ErrorKind::kInvalid, At(at) + "compressed text");
    const unsigned charset = (dcs >> 2) & 0x03;
    if (charset == 1) return Fail(ErrorKind::kInvalid, At(at) + "8-bit data");
    return charset == 2 ? Alphabet::kUcs2 : Alphabet::kGsm7;
  }
  if (group == 0x0E) return Alphabet::kUcs2;
  if (group == 0x0F && (dcs & 0x04)) {
    return Fail(ErrorKind::kInvalid, At(at) + "8-bit data");
  }
  return Alphabet::kGsm7;
}

// A part 0, or one beyond the last, is to be ignored (§ 9.2.3.24.1).
void KeepConcatenation(const Concatenation& part, Submit& submit) {
  if (part.number == 0 || part.number > part.total) return;
  submit.concatenation = part;
}

void ReadElement(std::uint8_t id, std::span<const std::uint8_t> data,
                 Submit& submit) {
  if (id == kConcatenation8 && data.size() == 3) {
    KeepConcatenation({data[0], data[1], data[2]}, submit);
  } else if (id == kConcatenation16 && data.size() == 4) {
    const auto reference = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
    KeepConcatenation({reference, data[2], data[3]}, submit);
  }
}

// Octets of the header with its length octet. Where an element comes twice,
// the last one counts (§ 9.2.3.24).
Result<std::size_t> TakeHeader(OctetCursor& cursor, Submit& submit) {
  const std::size_t start = cursor.position();
  const auto length = cursor.Take();
  if (!length) return CutShort(cursor, "the user data header");
  const auto header = cursor.Take(*length);
  if (!header) return CutShort(cursor, "the user data header");
  OctetCursor elements(*header);
  while (elements.remaining() > 0) {
    const auto id = elements.Take();
    const auto size = elements.Take();
    const auto data = size ? elements.Take(*size) : std::nullopt;
    if (!data) {
      return Fail(ErrorKind::kInvalid,
                  At(start + 1 + elements.position()) +
                      "an information element is cut short");
    }
    ReadElement(*id, *data, submit);
  }
  return *length + 1u;
}

Result<void> TakeSeptets(OctetCursor& cursor, std::size_t length,
                         std::size_t header, Submit& submit) {
  const std::size_t header_septets = (header * 8 + 6) / 7;
  if (length < header_septets) {
    return Fail(ErrorKind::kInvalid,
                At(cursor.position()) + "the header is longer than the data");
  }
  const std::size_t count = length - header_septets;
  const unsigned fill = count > 0 ? FillBits(header) : 0;
  const auto octets = cursor.Take(PackedSize(count, fill));
  if (!octets) return CutShort(cursor, "the text");
  submit.segment.units = *UnpackSeptets(*octets, count, fill);
  return {};
}

Result<void> TakeOctets(OctetCursor& cursor, std::size_t length,
                        std::size_t header, Submit& submit) {
  if (length < header) {
    return Fail(ErrorKind::kInvalid,
                At(cursor.position()) + "the header is longer than the data");
  }
  const auto octets = cursor.Take(length - header);
  if (!octets) return CutShort(cursor, "the text");
  submit.segment.units.assign(octets->begin(), octets->end());
  return {};
}

// TP-UDL and TP-UD (§ 9.2.3.16, § 9.2.3.24), to the end of the input.
Result<void> TakeUserData(OctetCursor& cursor, bool has_header,
                          Submit& submit) {
  const std::size_t at = cursor.position();
  const auto length = cursor.Take();
  if (!length) return CutShort(cursor, "the TPDU");
  const bool gsm7 = submit.alphabet == Alphabet::kGsm7;
  const std::size_t size = gsm7 ? PackedSize(*length) : *length;
  if (size > kMaxUserData) {
    return Fail(ErrorKind::kInvalid, At(at) + "more than 140 octets of data");
  }
  if (cursor.remaining() > size) {
    return Fail(ErrorKind::kInvalid,
                At(cursor.position() + size) + "octets behind the end");
  }
  std::size_t header = 0;
  if (has_header) {
    const auto taken = TakeHeader(cursor, submit);
    if (!taken) return std::unexpected(taken.error());
    header = *taken;
  }
  return gsm7 ? TakeSeptets(cursor, *length, header, submit)
              : TakeOctets(cursor, *length, header, submit);
}

// TP-VP: one octet in the relative format, seven in the two others, whose
// contents nobody here asks for.
Result<void> TakeValidity(OctetCursor& cursor, std::uint8_t first_octet,
                          Submit& submit) {
  const std::uint8_t format = first_octet & kVpfMask;
  if (format == 0) return {};
  const auto octets = cursor.Take(format == kVpfRelative ? 1 : 7);
  if (!octets) return CutShort(cursor, "the validity period");
  if (format == kVpfRelative) {
    submit.validity = RelativeValidityPeriod(octets->front());
  }
  return {};
}

Result<std::uint8_t> TakeFirstOctets(OctetCursor& cursor, Submit& submit) {
  const std::size_t at = cursor.position();
  const auto first = cursor.Take();
  const auto reference = cursor.Take();
  if (!first || !reference) return CutShort(cursor, "the TPDU");
  if ((*first & kMtiMask) != kMtiSubmit) {
    return Fail(ErrorKind::kInvalid, At(at) + "not an SMS-SUBMIT");
  }
  submit.reject_duplicates = (*first & kRejectDuplicates) != 0;
  submit.status_report = (*first & kStatusReport) != 0;
  submit.message_reference = *reference;
  return *first;
}

Result<void> TakeCoding(OctetCursor& cursor, Submit& submit) {
  const auto protocol = cursor.Take();
  const auto coding = cursor.Take();
  if (!protocol || !coding) return CutShort(cursor, "the TPDU");
  const auto alphabet = ReadCoding(*coding, cursor.position() - 1);
  if (!alphabet) return std::unexpected(alphabet.error());
  submit.alphabet = *alphabet;
  return {};
}

}  // namespace

Result<SubmitPdu> EncodeSubmit(const Submit& submit) {
  if (submit.concatenation) {
    const auto sound = CheckConcatenation(*submit.concatenation);
    if (!sound) return std::unexpected(sound.error());
  }
  if (auto fits = CheckSegment(submit); !fits) {
    return std::unexpected(fits.error());
  }
  SubmitPdu pdu;
  auto& octets = pdu.octets;
  octets.reserve(180);
  if (auto put = AppendSmsc(submit.smsc.value_or(""), octets); !put) {
    return std::unexpected(put.error());
  }
  const std::size_t smsc = octets.size();
  octets.push_back(FirstOctet(submit));
  octets.push_back(submit.message_reference);
  if (auto put = AppendAddress(submit.recipient, octets); !put) {
    return std::unexpected(put.error());
  }
  octets.push_back(0);  // TP-PID: a plain short message (§ 9.2.3.9)
  octets.push_back(submit.alphabet == Alphabet::kGsm7 ? kDcsGsm7 : kDcsUcs2);
  if (submit.validity) octets.push_back(RelativeValidity(*submit.validity));
  AppendUserData(submit, octets);
  pdu.tpdu_length = octets.size() - smsc;
  return pdu;
}

Result<Submit> DecodeSubmit(std::span<const std::uint8_t> octets) {
  OctetCursor cursor(octets);
  Submit submit;
  auto smsc = TakeSmsc(cursor);
  if (!smsc) return std::unexpected(smsc.error());
  if (!smsc->empty()) submit.smsc = std::move(*smsc);
  const auto first = TakeFirstOctets(cursor, submit);
  if (!first) return std::unexpected(first.error());
  auto recipient = TakeAddress(cursor);
  if (!recipient) return std::unexpected(recipient.error());
  submit.recipient = std::move(*recipient);
  auto rest = TakeCoding(cursor, submit);
  if (rest) rest = TakeValidity(cursor, *first, submit);
  if (rest) rest = TakeUserData(cursor, *first & kUserDataHeader, submit);
  if (!rest) return std::unexpected(rest.error());
  return submit;
}

}  // namespace smsweb
