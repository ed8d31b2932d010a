<?php

namespace Kestrel;

final class Station
{
    public function __construct(private string $name)
    {
    }

    public function read(): string
    {
        return $this->name;
    }
}

function open(string $name): Station
{
    return new Station($name);
}
