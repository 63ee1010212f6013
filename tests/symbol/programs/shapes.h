/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHAPES_H
#define SHAPES_H

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace shapes {

struct shape {
	virtual ~shape() = default;
	virtual double area() const = 0;
};

template <typename T> struct square : shape {
	T side;
	explicit square(T s) : side(s) {}
	double area() const override { return static_cast<double>(side) * static_cast<double>(side); }
};

template <typename T, typename F> T fold(const std::vector<T> &v, T start, F f)
{
	for (const auto &x : v)
		start = f(start, x);
	return start;
}

long count_words(const std::string &text);

} // namespace shapes

#endif
