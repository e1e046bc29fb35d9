// The module smsweb-number.so: what we ask of numbers, over libphonenumber.
#include <phonenumbers/phonenumberutil.h>

#include <list>

#include "common/number/number_checker.h"
#include "common/number/number_regions.h"

namespace smsweb {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

std::string Reason(PhoneNumberUtil::ErrorType error) {
  switch (error) {
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return "no country has this code; write \"+\" and the country code first";
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
      return "it is too short";
    case PhoneNumberUtil::TOO_LONG_NSN:
      return "it is too long";
    default:
      return "it is not a telephone number";
  }
}

std::string NameOf(PhoneNumberUtil::PhoneNumberType type) {
  switch (type) {
    case PhoneNumberUtil::FIXED_LINE:
      return "fixed_line";
    case PhoneNumberUtil::MOBILE:
      return "mobile";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
      return "fixed_line_or_mobile";
    case PhoneNumberUtil::TOLL_FREE:
      return "toll_free";
    case PhoneNumberUtil::PREMIUM_RATE:
      return "premium_rate";
    case PhoneNumberUtil::SHARED_COST:
      return "shared_cost";
    case PhoneNumberUtil::VOIP:
      return "voip";
    case PhoneNumberUtil::PERSONAL_NUMBER:
      return "personal_number";
    case PhoneNumberUtil::PAGER:
      return "pager";
    case PhoneNumberUtil::UAN:
      return "uan";
    case PhoneNumberUtil::VOICEMAIL:
      return "voicemail";
    default:
      return "unknown";
  }
}

class LibphonenumberChecker final : public NumberChecker {
 public:
  Result<std::string> ToE164(std::string_view input, std::string_view region,
                             NumberRule rule) const override {
    PhoneNumber number;
    const auto error =
        util_.Parse(std::string(input),
                    std::string(region.empty() ? "ZZ" : region), &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) {
      return Fail(ErrorKind::kInvalid, Reason(error));
    }
    if (number.has_extension()) {
      return Fail(ErrorKind::kInvalid, "an extension can't receive an SMS");
    }
    const auto possible = util_.IsPossibleNumberWithReason(number);
    if (possible == PhoneNumberUtil::TOO_SHORT) {
      return Fail(ErrorKind::kInvalid, "it is too short for its country");
    }
    if (possible == PhoneNumberUtil::TOO_LONG) {
      return Fail(ErrorKind::kInvalid, "it is too long for its country");
    }
    if (possible != PhoneNumberUtil::IS_POSSIBLE) {
      return Fail(ErrorKind::kInvalid, "its length does not fit its country");
    }
    if (rule == NumberRule::kValid && !util_.IsValidNumber(number)) {
      return Fail(ErrorKind::kInvalid,
                  "its country assigns no numbers in this range");
    }
    std::string e164;
    util_.Format(number, PhoneNumberUtil::E164, &e164);
    return e164;
  }

 private:
  const PhoneNumberUtil& util_ = *PhoneNumberUtil::GetInstance();
};

class LibphonenumberRegions final : public NumberRegions {
 public:
  std::vector<std::string> Of(const std::string& e164) const override {
    PhoneNumber number;
    if (util_.Parse(e164, kNoRegion, &number) !=
        PhoneNumberUtil::NO_PARSING_ERROR) {
      return {};
    }
    std::string region;
    util_.GetRegionCodeForNumber(number, &region);
    if (region == kNoCountry) return {};
    if (region != kNoRegion) return {region};
    std::list<std::string> regions;
    util_.GetRegionCodesForCountryCallingCode(number.country_code(), &regions);
    regions.remove(kNoCountry);
    return {regions.begin(), regions.end()};
  }

  std::string TypeOf(const std::string& e164) const override {
    PhoneNumber number;
    if (util_.Parse(e164, kNoRegion, &number) !=
        PhoneNumberUtil::NO_PARSING_ERROR) {
      return NameOf(PhoneNumberUtil::UNKNOWN);
    }
    return NameOf(util_.GetNumberType(number));
  }

 private:
  static constexpr const char* kNoRegion = "ZZ";
  static constexpr const char* kNoCountry = "001";  // +800 and its like
  const PhoneNumberUtil& util_ = *PhoneNumberUtil::GetInstance();
};

}  // namespace
}  // namespace smsweb

extern "C" __attribute__((visibility("default"))) smsweb::NumberRegions*
smsweb_make_number_regions() {
  return new smsweb::LibphonenumberRegions;
}

extern "C" __attribute__((visibility("default"))) smsweb::NumberChecker*
smsweb_make_number_checker() {
  return new smsweb::LibphonenumberChecker;
}
